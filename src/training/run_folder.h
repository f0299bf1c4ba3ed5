#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <longclip/training.h>

#include "training/adamw.h"
#include "training/parameters.h"

namespace longclip::training {

// The folder of a run: what it is to do, what it did, and where it stands.
class RunFolder {
 public:
  // Makes the folder and writes its settings; or, to resume, opens one whose settings are the same.
  // Throws InvalidInput (a run is there and is not to be resumed; other settings, the first of which
  // is named) and InvalidFile. One that does not `write` only reads what is there.
  RunFolder(std::filesystem::path path, const nlohmann::ordered_json& settings, bool resume, bool writes);

  // Fills parameters and moments from the last state; gives the number of steps done. 0: none.
  std::int64_t restore(Parameters& parameters, AdamW& optimizer);

  // Makes the state one to go on from, and brings log and curves up to it.
  void save(const Parameters& parameters, const AdamW& optimizer, std::int64_t steps);

  void log(const TrainingStep& step);

  std::filesystem::path package() const { return path_ / "model"; }
  std::filesystem::path checkpoint() const { return path_ / "model.pt"; }

 private:
  void cut_log(std::int64_t steps);

  std::filesystem::path path_;
  bool resumes_;
  bool writes_;
  std::vector<TrainingStep> steps_;  // all of them
  std::ofstream log_;
};

}  // namespace longclip::training
