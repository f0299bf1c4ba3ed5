#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <longclip/evaluation.h>

#include "evaluation/standing.h"

namespace longclip::evaluation {

struct Standings {
  std::vector<Standing> images;  // of each image among all texts
  std::vector<Standing> texts;   // of each text among all images
};

// Compares every image with every text. Throws as evaluate_retrieval().
Standings compare(const Matrix& images, const Matrix& texts, const Relevance& relevance, int threads,
                  const std::function<void(std::size_t done, std::size_t total)>& progress);

}  // namespace longclip::evaluation
