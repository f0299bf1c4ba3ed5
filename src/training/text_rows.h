#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include <longclip/convert.h>
#include <longclip/tokenizer.h>

#include "tower/forward.h"

namespace longclip::training {

// Token ids of texts, each row just as long as its feature needs: nothing after the end token has
// influence on it.
using TextRows = std::vector<std::vector<std::int64_t>>;

// Texts that are longer than the context are truncated, as the reference does. Throws InputErrors for
// one that is not UTF-8.
TextRows text_rows(const Tokenizer& tokenizer, const std::vector<std::string>& texts, std::size_t context);

// Features of the rows, float[rows, E]. Rows of like length go through the tower together, so that
// short texts beside long ones pay little more than for their own tokens.
at::Tensor encode_rows(const Architecture& architecture, const tower::Weights& weights, const TextRows& rows,
                       const at::Device& device);

}  // namespace longclip::training
