#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <longclip/training.h>

#include "io/folder_lock.h"
#include "training/adamw.h"
#include "training/parameters.h"

namespace longclip::training {

// The folder of a run: what it is to do, what it did, and where it stands.
class RunFolder {
 public:
  // Makes an empty folder; or, to resume, opens one whose settings are the same. Throws InvalidInput (a run
  // is there and is not to be resumed, or is trained by another process; other settings, the first of which
  // is named; files of no run that this one would replace) and InvalidFile. One that does not `write` only
  // reads what is there.
  RunFolder(std::filesystem::path path, nlohmann::ordered_json settings, bool resume, bool writes);

  // Fills parameters and moments from the last state; gives the number of steps done. 0: none.
  std::int64_t restore(Parameters& parameters, AdamW& optimizer);

  // To be called before the first step: writes the settings, and brings the log back to the state.
  void begin();

  // Makes the state one to go on from, and brings log and curves up to it.
  void save(const Parameters& parameters, const AdamW& optimizer, std::int64_t steps);

  void log(const TrainingStep& step);

  std::filesystem::path package() const { return path_ / "model"; }
  std::filesystem::path checkpoint() const { return path_ / "model.pt"; }

 private:
  void take_lock();
  void cut_log();

  std::filesystem::path path_;
  nlohmann::ordered_json settings_;
  bool resumes_;
  bool writes_;
  bool begun_ = false;
  std::int64_t restored_ = 0;           // steps of the state
  std::optional<io::FolderLock> lock_;  // of the one that writes
  std::vector<TrainingStep> steps_;     // of the log
  std::ofstream log_;
};

}  // namespace longclip::training
