#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <longclip/model.h>

#include "package/package.h"
#include "runtime/team.h"

namespace longclip::engine {

// What runs a vision tower. Constant; encode() may be called from many threads at once.
class VisionEncoder {
 public:
  virtual ~VisionEncoder() = default;
  // `pixels` is count x 3 x size x size, normalised; `features` count x embedding_size.
  virtual void encode(std::span<const float> pixels, std::size_t count, std::span<float> features) const = 0;
  virtual TowerInfo info() const = 0;
};

// What runs a text tower. Constant; may be called from many threads at once.
class TextEncoder {
 public:
  virtual ~TextEncoder() = default;
  // `ids` is count x length, length at most the context; `features` count x embedding_size.
  virtual void encode(std::span<const std::int64_t> ids, std::size_t count, std::size_t length,
                      std::span<float> features) const = 0;
  // `states` is count x length x width. `layer` as in StateOptions.
  virtual void states(std::span<const std::int64_t> ids, std::size_t count, std::size_t length, int layer,
                      bool final_norm, std::span<float> states) const = 0;
  virtual TowerInfo info() const = 0;
};

// What both engines say of a tower, and ask of what it gives.
void set_shape(TowerInfo& info, const Architecture::Tower& shape);
bool all_finite(std::span<const float> values);

struct EngineOptions {
  std::string device = "cpu";
  Engine engine = Engine::automatic;
  Precision precision = Precision::fp32;
  // The id at whose first place in a row the text feature is taken. Nothing: the row's highest id, as the
  // reference has it.
  std::optional<std::int64_t> end_id;
  std::shared_ptr<runtime::Team> team;  // whose number of threads holds for a TorchScript, too
};

// Loads a tower of a package that has it. Throws InvalidFile, UnsupportedModel, DeviceError.
std::unique_ptr<VisionEncoder> load_vision(const package::Package& package, const EngineOptions& options);
std::unique_ptr<TextEncoder> load_text(const package::Package& package, const EngineOptions& options);

}  // namespace longclip::engine
