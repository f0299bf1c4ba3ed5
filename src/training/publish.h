#pragma once

#include <cstdint>
#include <string>

#include "training/parameters.h"
#include "training/run_folder.h"
#include "training/start.h"

namespace longclip::training {

// Writes what a run made: its .pt and its package of this name. Throws InvalidFile.
void publish(const RunFolder& folder, const Parameters& parameters, const Start& start, const std::string& name,
             std::int64_t steps);

}  // namespace longclip::training
