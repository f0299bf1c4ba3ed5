#include "engine/native/encoders.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <longclip/error.h>

#include "engine/native/transformer.h"
#include "package/clip_parameters.h"
#include "runtime/team.h"

namespace longclip::engine::native {
namespace {

TowerInfo info_of(const Architecture::Tower& tower, const std::vector<tower::Parameter>& parameters) {
  TowerInfo info;
  info.engine = "native";
  info.precision = Precision::fp32;
  info.parameters = tower::count_elements(parameters);
  info.width = tower.width;
  info.layers = tower.layers;
  info.heads = tower.heads;
  return info;
}

void check_finite(std::span<const float> values, const std::string& file) {
  if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); })) {
    throw Error(file + ": gives NaN or infinity: its weights are damaged");
  }
}

// The last norm and the projection of the picked rows: stages.
void project(runtime::Team::Member& member, const kernel::Kernels& kernels, const Norm& norm,
             const kernel::PackedMatrix& projection, const Transformer::Workspace& work, const Rows& out) {
  normalize(member, kernels, norm, work.picked.x, work.picked.normalized);
  multiply(member, kernels, product(projection, work.picked.normalized, out));
}

void copy_rows(const Rows& rows, std::size_t width, std::span<float> to) {
  for (std::size_t i = 0; i < rows.count(); ++i)
    std::copy_n(rows.row(i), width, to.begin() + static_cast<std::ptrdiff_t>(i * width));
}

class Vision final : public VisionEncoder {
 public:
  Vision(const kernel::Kernels& kernels, const package::Package& package, const TowerWeights& weights,
         std::shared_ptr<runtime::Team> team)
      : file_(package.vision().string()),
        shape_(package.config.architecture),
        patch_values_(3 * static_cast<std::size_t>(shape_.patch_size) * static_cast<std::size_t>(shape_.patch_size)),
        patches_(kernels, weights.values("visual.conv1.weight"), patch_values_, {}),
        class_embedding_(weights.values("visual.class_embedding").copy()),
        positions_(weights.values("visual.positional_embedding").copy()),
        before_(norm_of(weights, "visual.ln_pre")),
        transformer_(kernels, weights, "visual.transformer.", shape_.vision, shape_.activation, false, team->threads()),
        after_(norm_of(weights, "visual.ln_post")),
        projection_(kernels, weights.transposed("visual.proj"), static_cast<std::size_t>(shape_.vision.width), {}),
        team_(std::move(team)) {}

  void encode(std::span<const float> pixels, std::size_t count, std::span<float> features) const override {
    if (count == 0) return;
    const auto& kernels = transformer_.kernels();
    const auto size = static_cast<std::size_t>(shape_.image_size);
    const auto patch = static_cast<std::size_t>(shape_.patch_size);
    const std::size_t grid = size / patch;
    const std::size_t tokens = grid * grid + 1;
    const auto width = static_cast<std::size_t>(shape_.vision.width);
    Sequences sequences;
    std::vector<std::size_t> picked;
    for (std::size_t i = 0; i < count; ++i) {
      picked.push_back(sequences.rows());
      sequences.add(tokens);
    }
    Transformer::Workspace work(transformer_, sequences, team_->threads());
    const Rows patches(kernels, count * grid * grid, patch_values_);
    const Rows out(kernels, count, static_cast<std::size_t>(shape_.embedding_size));
    team_->run([&](runtime::Team::Member& member) {
      member.share(count * grid, [&](std::size_t line) {
        for (std::size_t x = 0; x < grid; ++x) {
          float* to = patches.row(line * grid + x);
          for (std::size_t channel = 0; channel < 3; ++channel) {
            for (std::size_t y = 0; y < patch; ++y, to += patch) {
              const std::size_t from =
                  ((line / grid * 3 + channel) * size + line % grid * patch + y) * size + x * patch;
              std::copy_n(pixels.begin() + static_cast<std::ptrdiff_t>(from), patch, to);
            }
          }
        }
      });
      for (std::size_t i = 0; i < count; ++i) {
        Multiplication embed = product(patches_, patches, work.all.x);
        embed.a_row = i * grid * grid;
        embed.rows = grid * grid;
        embed.c_row = i * tokens + 1;
        multiply(member, kernels, embed);
      }
      member.share(count * tokens, [&](std::size_t i) {
        float* row = work.all.x.row(i);
        const std::size_t token = i % tokens;
        if (token == 0) std::copy(class_embedding_.begin(), class_embedding_.end(), row);
        for (std::size_t k = 0; k < width; ++k) row[k] += positions_[token * width + k];
      });
      normalize(member, kernels, before_, work.all.x, work.all.x);
      transformer_.run(member, sequences, transformer_.layers() - 1, work);
      transformer_.run_last(member, sequences, picked, work);
      project(member, kernels, after_, projection_, work, out);
    });
    copy_rows(out, static_cast<std::size_t>(shape_.embedding_size), features);
    check_finite(features, file_);
  }

  TowerInfo info() const override { return info_of(shape_.vision, tower::vision_parameters(shape_)); }

 private:
  std::string file_;
  Architecture shape_;
  std::size_t patch_values_;
  kernel::PackedMatrix patches_;
  std::vector<float> class_embedding_;
  std::vector<float> positions_;
  Norm before_;
  Transformer transformer_;
  Norm after_;
  kernel::PackedMatrix projection_;
  std::shared_ptr<runtime::Team> team_;
};

class Text final : public TextEncoder {
 public:
  Text(const kernel::Kernels& kernels, const package::Package& package, const TowerWeights& weights,
       std::optional<std::int64_t> end_id, std::shared_ptr<runtime::Team> team)
      : file_(package.text().string()),
        shape_(package.config.architecture),
        end_id_(end_id),
        embedding_(weights.values("token_embedding.weight").copy()),
        positions_(weights.values("positional_embedding").copy()),
        transformer_(kernels, weights, "transformer.", shape_.text, shape_.activation, true, team->threads()),
        after_(norm_of(weights, "ln_final")),
        projection_(kernels, weights.transposed("text_projection"), static_cast<std::size_t>(shape_.text.width), {}),
        team_(std::move(team)) {}

  void encode(std::span<const std::int64_t> ids, std::size_t count, std::size_t length,
              std::span<float> features) const override {
    if (count == 0) return;
    const auto& kernels = transformer_.kernels();
    // What follows a row's end token has no influence on its feature.
    Sequences sequences;
    std::vector<std::size_t> picked;
    for (std::size_t i = 0; i < count; ++i) {
      sequences.add(end_of(ids.subspan(i * length, length)) + 1);
      picked.push_back(sequences.rows() - 1);
    }
    Transformer::Workspace work(transformer_, sequences, team_->threads());
    const Rows out(kernels, count, static_cast<std::size_t>(shape_.embedding_size));
    team_->run([&](runtime::Team::Member& member) {
      embed(member, ids, length, sequences, work.all.x);
      transformer_.run(member, sequences, transformer_.layers() - 1, work);
      transformer_.run_last(member, sequences, picked, work);
      project(member, kernels, after_, projection_, work, out);
    });
    copy_rows(out, static_cast<std::size_t>(shape_.embedding_size), features);
    check_finite(features, file_);
  }

  void states(std::span<const std::int64_t> ids, std::size_t count, std::size_t length, int layer, bool final_norm,
              std::span<float> states) const override {
    if (count == 0) return;
    const auto& kernels = transformer_.kernels();
    Sequences sequences;
    for (std::size_t i = 0; i < count; ++i) sequences.add(length);
    Transformer::Workspace work(transformer_, sequences, team_->threads());
    const auto blocks = static_cast<std::size_t>(layer < 0 ? layer + shape_.text.layers + 1 : layer);
    team_->run([&](runtime::Team::Member& member) {
      embed(member, ids, length, sequences, work.all.x);
      transformer_.run(member, sequences, blocks, work);
      if (final_norm) normalize(member, kernels, after_, work.all.x, work.all.x);
    });
    copy_rows(work.all.x, static_cast<std::size_t>(shape_.text.width), states);
    check_finite(states, file_);
  }

  TowerInfo info() const override { return info_of(shape_.text, tower::text_parameters(shape_)); }

 private:
  // As the TorchScript has it: the first end token, or, without one that is known, the first of the highest ids.
  std::size_t end_of(std::span<const std::int64_t> row) const {
    const auto end = end_id_ ? std::find(row.begin(), row.end(), *end_id_) : std::max_element(row.begin(), row.end());
    return end == row.end() ? 0 : static_cast<std::size_t>(end - row.begin());
  }

  void embed(runtime::Team::Member& member, std::span<const std::int64_t> ids, std::size_t length,
             const Sequences& sequences, const Rows& x) const {
    const auto width = static_cast<std::size_t>(shape_.text.width);
    member.share(sequences.count(), [&](std::size_t sequence) {
      for (std::size_t i = 0; i < sequences.length(sequence); ++i) {
        float* row = x.row(sequences.begins[sequence] + i);
        const float* token = embedding_.data() + static_cast<std::size_t>(ids[sequence * length + i]) * width;
        const float* position = positions_.data() + i * width;
        for (std::size_t k = 0; k < width; ++k) row[k] = token[k] + position[k];
      }
    });
  }

  std::string file_;
  Architecture shape_;
  std::optional<std::int64_t> end_id_;
  std::vector<float> embedding_;
  std::vector<float> positions_;
  Transformer transformer_;
  Norm after_;
  kernel::PackedMatrix projection_;
  std::shared_ptr<runtime::Team> team_;
};

// What the engine needs of a tower's file, or the reason why it cannot run it.
std::optional<TowerWeights> weights_of(const std::filesystem::path& file,
                                       const std::vector<tower::Parameter>& parameters, const EngineOptions& options,
                                       std::string& why_not) {
  if (options.device != "cpu") {
    why_not = "it runs on the CPU";
  } else if (options.precision != Precision::fp32) {
    why_not = "it computes in fp32";
  } else if (kernel::find_kernels() == nullptr) {
    why_not = "the processor has neither AVX-512 nor AVX2";
  } else if (auto parameters_of_file = package::clip_parameters(file, parameters)) {
    return TowerWeights(*std::move(parameters_of_file));
  } else {
    why_not = "the file does not carry CLIP's parameters by their names";
  }
  return {};
}

}  // namespace

std::unique_ptr<VisionEncoder> load_vision(const package::Package& package, const EngineOptions& options,
                                           std::string& why_not) {
  const auto parameters = tower::vision_parameters(package.config.architecture);
  const auto weights = weights_of(package.vision(), parameters, options, why_not);
  if (!weights) return nullptr;
  return std::make_unique<Vision>(*kernel::find_kernels(), package, *weights, options.team);
}

std::unique_ptr<TextEncoder> load_text(const package::Package& package, const EngineOptions& options,
                                       std::string& why_not) {
  const auto parameters = tower::text_parameters(package.config.architecture);
  const auto weights = weights_of(package.text(), parameters, options, why_not);
  if (!weights) return nullptr;
  return std::make_unique<Text>(*kernel::find_kernels(), package, *weights, options.end_id, options.team);
}

}  // namespace longclip::engine::native
