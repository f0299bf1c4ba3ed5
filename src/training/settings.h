#pragma once

#include <cstdint>
#include <vector>

#include <nlohmann/json.hpp>

#include <longclip/dataset.h>
#include <longclip/training.h>

#include "training/start.h"

namespace longclip::training {

// Throws InvalidInput for a rank or number of processes that cannot be.
void check_processes(const TrainingOptions& options);

// Throws InvalidInput for sizes that make no CLIP, or an activation that is not known.
void check_architecture(const Architecture& architecture);

// Throws InvalidInput for options and examples that cannot be trained, InvalidFile for pictures that are
// missing: all that can be told before any work.
void check(const std::vector<Example>& examples, const TrainingOptions& options);

// What decides the weights that a run ends in: settings.json.
nlohmann::ordered_json settings_of(const TrainingOptions& options, const std::vector<Example>& examples,
                                   const Start& start, std::int64_t steps, bool bf16);

// Throws InvalidInput where a run was begun with other settings; `run` is its folder. What does not
// change the weights but for rounding may differ.
void compare(const nlohmann::json& begun, const nlohmann::ordered_json& asked, const std::filesystem::path& run);

}  // namespace longclip::training
