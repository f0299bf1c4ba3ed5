#include "training/run_folder.h"

#include <fstream>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <longclip/error.h>

#include "io/json.h"
#include "io/read_file.h"
#include "io/staged.h"
#include "package/package.h"
#include "training/curves.h"
#include "training/settings.h"
#include "training/state_dict_file.h"

namespace longclip::training {
namespace {

constexpr const char* kSettings = "settings.json";
constexpr const char* kLog = "log.jsonl";
constexpr const char* kCurves = "curves.svg";
constexpr const char* kState = "state.pt";

std::string read_text(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = io::read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

nlohmann::ordered_json as_json(const TrainingStep& step) {
  return {{"step", step.step},
          {"epoch", step.epoch},
          {"loss", step.loss},
          {"loss_long", step.loss_long},
          {"loss_short", step.loss_short},
          {"learning_rate", step.learning_rate},
          {"gradient_norm", step.gradient_norm},
          {"logit_scale", step.logit_scale},
          {"images_per_second", step.images_per_second}};
}

TrainingStep from_json(const nlohmann::json& json) {
  TrainingStep step;
  step.step = json.at("step").get<std::size_t>();
  step.epoch = json.at("epoch").get<double>();
  step.loss = json.at("loss").get<double>();
  step.loss_long = json.at("loss_long").get<double>();
  step.loss_short = json.at("loss_short").get<double>();
  step.learning_rate = json.at("learning_rate").get<double>();
  step.gradient_norm = json.at("gradient_norm").get<double>();
  step.logit_scale = json.at("logit_scale").get<double>();
  step.images_per_second = json.at("images_per_second").get<double>();
  return step;
}

// The step of a line of the log, or nothing where it is damaged.
std::optional<TrainingStep> logged(const std::string& line, const std::filesystem::path& file) {
  try {
    return from_json(io::parse_json(line, file.string()));
  } catch (const InvalidFile&) {
    return {};
  } catch (const nlohmann::json::exception&) {
    return {};
  }
}

// A state is nothing that could be had anew from elsewhere, as a checkpoint is.
std::map<std::string, at::Tensor> read_state(const std::filesystem::path& file) {
  try {
    return read_state_dict(file);
  } catch (const InvalidFile&) {
    if (!std::ifstream(file)) throw;  // which says why it cannot be opened
    throw InvalidFile(file.string() + ": is damaged; remove it to begin this run again, or name another folder");
  }
}

nlohmann::json read_settings(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  nlohmann::json settings;
  try {
    settings = io::parse_json(text, file.string());
  } catch (const InvalidFile&) {  // `settings` stays null
  }
  if (settings.is_object()) return settings;
  throw InvalidFile(file.string() + ": is damaged, so that the run cannot be resumed; name another folder");
}

// Every tensor of the state by its name in the file.
std::map<std::string, at::Tensor> tensors_of(const Parameters& parameters, const AdamW& optimizer) {
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, value] : parameters.state_dict()) tensors["value." + name] = value.detach();
  for (std::size_t i = 0; i < optimizer.parameters().size(); ++i) {
    const std::string& name = optimizer.parameters()[i].name;
    tensors["mean." + name] = optimizer.moments()[i].mean;
    tensors["square." + name] = optimizer.moments()[i].square;
  }
  return tensors;
}

}  // namespace

RunFolder::RunFolder(std::filesystem::path path, nlohmann::ordered_json settings, bool resume, bool writes)
    : path_(std::move(path)), settings_(std::move(settings)), resumes_(resume), writes_(writes) {
  if (!writes_) return;
  std::error_code error;
  begun_ = std::filesystem::exists(path_ / kSettings, error);
  if (begun_ && !resume) {
    throw InvalidInput(path_.string() + ": holds a training run already; resume it, or name another folder");
  }
  take_lock();
  if (begun_) {
    compare(read_settings(path_ / kSettings), settings_, path_);
    // What can be refused at the end is refused now.
    if (std::filesystem::exists(package(), error) && !package::is_package(package())) {
      throw InvalidInput(package().string() +
                         ": is not a package and is not overwritten; remove it or name another folder");
    }
    return;
  }
  for (const auto& file : {package(), checkpoint(), path_ / kState, path_ / kLog, path_ / kCurves}) {
    if (std::filesystem::exists(std::filesystem::symlink_status(file, error))) {
      throw InvalidInput(file.string() + ": is there, and of no run, for " + kSettings +
                         " is not; a run would write over it, so name another folder");
    }
  }
}

void RunFolder::begin() {
  if (!writes_) return;
  if (!begun_) io::write_text(path_ / kSettings, settings_.dump(2) + "\n");
  cut_log();
}

void RunFolder::take_lock() {
  try {
    std::filesystem::create_directories(path_);
    lock_.emplace(path_);
  } catch (const std::system_error& error) {
    io::fail_to_write(path_, error.code().message().c_str());
  }
  if (!lock_->take()) {
    throw InvalidInput(path_.string() + ": another process trains there; wait for it, or name another folder");
  }
}

std::int64_t RunFolder::restore(Parameters& parameters, AdamW& optimizer) {
  std::error_code error;
  const auto file = path_ / kState;
  if (resumes_ && std::filesystem::exists(file, error)) {
    const auto saved = read_state(file);
    const at::NoGradGuard without_graph;
    for (auto& [name, tensor] : tensors_of(parameters, optimizer)) {
      const auto found = saved.find(name);
      if (found == saved.end() || found->second.sizes() != tensor.sizes()) {
        throw InvalidFile(file.string() + ": is no state of this run: " + name + " is missing or of another shape");
      }
      at::Tensor(tensor).copy_(found->second);
    }
    const auto found = saved.find("steps");  // exact: float32 holds every number up to 2^24
    if (found == saved.end() || found->second.numel() != 1)
      throw InvalidFile(file.string() + ": does not say its step");
    restored_ = found->second.item<std::int64_t>();
    optimizer.set_steps(restored_);
  }
  return restored_;
}

// Keeps the lines of the steps up to the state: what came after it is done again. A line that a crash has
// damaged is left out, which is no reason to lose the others or the run.
void RunFolder::cut_log() {
  const auto file = path_ / kLog;
  std::string kept;
  std::error_code error;
  if (restored_ > 0 && std::filesystem::exists(file, error)) {
    std::istringstream lines(read_text(file));
    for (std::string line; std::getline(lines, line);) {
      const auto step = logged(line, file);
      const std::size_t last = steps_.empty() ? 0 : steps_.back().step;
      if (!step || step->step <= last || step->step > static_cast<std::size_t>(restored_)) continue;
      steps_.push_back(*step);
      kept += line + "\n";
    }
  }
  io::write_text(file, kept);
  log_.open(file, std::ios::app);
}

void RunFolder::log(const TrainingStep& step) {
  if (!writes_) return;
  steps_.push_back(step);
  log_ << as_json(step).dump() << std::endl;  // at once, for those who watch it
  if (!log_) io::fail_to_write(path_ / kLog);
}

void RunFolder::save(const Parameters& parameters, const AdamW& optimizer, std::int64_t steps) {
  if (!writes_) return;
  auto tensors = tensors_of(parameters, optimizer);
  tensors["steps"] = at::scalar_tensor(static_cast<double>(steps));
  write_state_dict(path_ / kState, tensors);
  io::write_text(path_ / kCurves, curves(steps_));
}

}  // namespace longclip::training
