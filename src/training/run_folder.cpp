#include "training/run_folder.h"

#include <algorithm>
#include <map>
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

RunFolder::RunFolder(std::filesystem::path path, const nlohmann::ordered_json& settings, bool resume, bool writes)
    : path_(std::move(path)), resumes_(resume), writes_(writes) {
  if (!writes_) return;
  std::error_code error;
  const bool there = std::filesystem::exists(path_ / kSettings, error);
  if (there && !resume) {
    throw InvalidInput(path_.string() + ": holds a training run already; resume it, or name another folder");
  }
  take_lock();
  // What can be refused at the end is refused now.
  if (std::filesystem::exists(package(), error) && !package::is_package(package())) {
    throw InvalidInput(package().string() +
                       ": is not a package and is not overwritten; remove it or name another folder");
  }
  if (there) {
    compare(io::parse_json(read_text(path_ / kSettings), (path_ / kSettings).string()), settings, path_);
  } else {
    if (std::filesystem::exists(path_ / kState, error)) {
      throw InvalidInput((path_ / kState).string() +
                         ": is the state of a run whose settings are gone; name another folder");
    }
    io::write_text(path_ / kSettings,
                   settings.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  }
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
  std::int64_t steps = 0;
  std::error_code error;
  const auto file = path_ / kState;
  if (resumes_ && std::filesystem::exists(file, error)) {
    const auto saved = read_state_dict(file);
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
    steps = found->second.item<std::int64_t>();
    optimizer.set_steps(steps);
  }
  if (writes_) cut_log(steps);
  return steps;
}

// Keeps the lines of the first `steps` steps, as far as they are whole: what came after the state is done
// again, and a log that a crash has damaged is no reason to lose the run.
void RunFolder::cut_log(std::int64_t steps) {
  const auto file = path_ / kLog;
  std::string kept;
  std::error_code error;
  if (steps > 0 && std::filesystem::exists(file, error)) {
    const std::string text = read_text(file);
    for (std::size_t begin = 0; begin < text.size() && steps_.size() < static_cast<std::size_t>(steps);) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::string line = text.substr(begin, end - begin);
      try {
        const TrainingStep step = from_json(io::parse_json(line, file.string()));
        if (step.step != steps_.size() + 1) break;
        steps_.push_back(step);
      } catch (const InvalidFile&) {
        break;
      } catch (const nlohmann::json::exception&) {
        break;
      }
      kept += line + "\n";
      begin = end + 1;
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
