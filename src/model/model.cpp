#include <longclip/model.h>

#include <algorithm>
#include <future>
#include <new>
#include <optional>
#include <span>
#include <utility>

#include "engine/engine.h"
#include "model/batches.h"
#include "model/pictures.h"
#include "package/package.h"
#include "runtime/processors.h"
#include "runtime/team.h"

namespace longclip {

using Failed = std::function<void(const InputError&)>;

struct Model::State {
  package::Package package;
  ModelInfo info;
  std::size_t batch_memory = 0;
  std::shared_ptr<runtime::Team> team;
  std::unique_ptr<engine::VisionEncoder> vision;
  std::unique_ptr<engine::TextEncoder> text;
  std::optional<Tokenizer> tokenizer;

  const Architecture& architecture() const { return package.config.architecture; }
  const engine::VisionEncoder& need_vision() const;
  const engine::TextEncoder& need_text() const;

  model::PictureOptions picture_options() const;
  TokenBatch tokenize(const std::vector<std::string>& texts, std::size_t max_tokens, std::int32_t pad_id,
                      Overflow overflow, SpecialTokens special) const;
};

namespace {

[[noreturn]] void missing_tower(const package::Package& package, const std::string& tower, bool left_out) {
  throw UnsupportedModel(package.path.string() +
                         (left_out
                              ? ": was loaded without its " + tower + " tower; give Towers::both to load()"
                              : ": the package has no " + tower + " tower; convert the checkpoint again with both"));
}

// Rows of `batch`, cut to its length, as the towers take ids.
std::vector<std::int64_t> gather(const TokenBatch& tokens, const model::TextBatch& batch) {
  std::vector<std::int64_t> ids;
  ids.reserve(batch.rows.size() * batch.length);
  for (const std::size_t row : batch.rows) {
    const auto all = tokens.row(row);
    ids.insert(ids.end(), all.begin(), all.begin() + static_cast<std::ptrdiff_t>(batch.length));
  }
  return ids;
}

// What `work` gives. Where memory ends, an Error says so: batch_memory bounds what a tower takes,
// not what the call itself asks for.
template <class Work>
auto within_memory(const Work& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    throw Error("memory does not suffice: give fewer inputs at once, or lower batch_memory");
  }
}

}  // namespace

const engine::VisionEncoder& Model::State::need_vision() const {
  if (!vision) missing_tower(package, "vision", package.config.has_vision);
  return *vision;
}

const engine::TextEncoder& Model::State::need_text() const {
  if (!text) missing_tower(package, "text", package.config.has_text);
  return *text;
}

Model::Model(std::unique_ptr<const State> state) : state_(std::move(state)) {}

const Model::State& Model::loaded() const {
  if (!state_) throw InvalidInput("this Model was moved from: use the one that it was moved to");
  return *state_;
}

Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

Model Model::load(const std::filesystem::path& path, const LoadOptions& options) try {
  const int threads = runtime::thread_count(options.threads);
  auto state = std::make_unique<State>();
  state->package = package::open_package(path);
  state->batch_memory = options.batch_memory;
  const package::Config& config = state->package.config;

  ModelInfo& info = state->info;
  info.name = config.name;
  info.path = path;
  info.source = config.source;
  info.device = options.device;
  info.embedding_size = static_cast<std::size_t>(config.architecture.embedding_size);
  info.logit_scale = config.logit_scale;
  info.image_size = config.architecture.image_size;
  info.context_length = static_cast<std::size_t>(config.architecture.context_length);
  info.threads = threads;
  info.has_vision = config.has_vision && options.towers != Towers::text;
  info.has_text = config.has_text && options.towers != Towers::vision;

  // One thread beside those that load, unless one is all there is; get() waits for it and throws what it found.
  state->team = runtime::shared_team(info.threads);
  std::future<void> verified;
  if (options.verify) {
    const auto launch = info.threads > 1 ? std::launch::async | std::launch::deferred : std::launch::deferred;
    verified = std::async(launch, [&state = *state, place = state->team->places().take()]() mutable {
      const auto left_when_done = std::move(place);
      if (state.info.has_vision) package::verify_file(state.package, package::vision_file);
      if (state.info.has_text) package::verify_file(state.package, package::text_file);
    });
  }
  engine::EngineOptions engine_options{options.device, options.engine, options.precision, {}, state->team};
  if (info.has_vision) {
    state->vision = engine::load_vision(state->package, engine_options);
    info.vision = state->vision->info();
  }
  if (info.has_text) {
    if (options.verify) package::verify_file(state->package, config.tokenizer_file);
    state->tokenizer = Tokenizer::load(state->package.tokenizer());
    if (state->tokenizer->kind() != config.tokenizer_kind) {
      throw InvalidFile(state->package.tokenizer().string() + ": is of the kind " +
                        std::string(state->tokenizer->kind()) + ", and config.json says " + config.tokenizer_kind);
    }
    if (state->tokenizer->size() > static_cast<std::size_t>(config.architecture.vocabulary_size)) {
      throw InvalidFile(state->package.tokenizer().string() + ": has more ids than the text tower's vocabulary");
    }
    if (config.tokenizer_kind != "clip-bpe") engine_options.end_id = state->tokenizer->end_id();
    state->text = engine::load_text(state->package, engine_options);
    info.text = state->text->info();
  }
  if (verified.valid()) verified.get();
  return Model(std::move(state));
} catch (const std::bad_alloc&) {
  throw Error(path.string() + ": memory does not suffice to load it");
}

const ModelInfo& Model::info() const noexcept {
  static const ModelInfo none{};
  return state_ ? state_->info : none;
}

const Tokenizer& Model::tokenizer() const {
  loaded().need_text();
  return *state_->tokenizer;
}

model::PictureOptions Model::State::picture_options() const {
  model::PictureOptions options;
  options.size = architecture().image_size;
  std::copy(package.config.mean.begin(), package.config.mean.end(), options.mean.begin());
  std::copy(package.config.std.begin(), package.config.std.end(), options.std.begin());
  options.width = info.embedding_size;
  options.at_once = model::images_per_batch(architecture(), batch_memory);
  options.each_at_once = model::images_per_thread(architecture(), batch_memory, info.threads);
  options.side_by_side = info.vision.engine == "native";
  options.ahead = info.device != "cpu";
  return options;
}

Matrix Model::encode_image(const std::vector<Image>& images) const {
  const State& state = loaded();
  const engine::VisionEncoder& vision = state.need_vision();
  return within_memory([&]() -> Matrix {
    std::vector<float> features;
    std::vector<InputError> errors;
    model::PictureOptions options = state.picture_options();
    options.all_or_none = true;
    model::encode_pictures(
        vision, options, *state.team, images.size(), [&](std::size_t i) { return images[i]; },
        [&](model::EncodedPictures& encoded) {
          features.insert(features.end(), encoded.features.begin(), encoded.features.end());
          errors.insert(errors.end(), encoded.errors.begin(), encoded.errors.end());
        });
    if (!errors.empty()) throw InputErrors(std::move(errors));
    return {images.size(), state.info.embedding_size, std::move(features)};
  });
}

Matrix Model::encode_image(const std::vector<Image>& images, const Failed& failed) const {
  const std::size_t width = info().embedding_size;
  std::vector<float> features;
  encode_images(
      images.size(), [&](std::size_t i) { return images[i]; },
      [&](const ImageFeatures& piece) {
        features.insert(features.end(), piece.features.data(), piece.features.data() + piece.features.rows() * width);
      },
      failed);
  return within_memory([&]() -> Matrix {
    const std::size_t rows = features.size() / width;
    return {rows, width, std::move(features)};
  });
}

void Model::encode_images(std::size_t count, const std::function<Image(std::size_t)>& open,
                          const std::function<void(ImageFeatures)>& take, const Failed& failed) const {
  const State& state = loaded();
  const engine::VisionEncoder& vision = state.need_vision();
  within_memory([&] {
    model::encode_pictures(
        vision, state.picture_options(), *state.team, count, open, [&](model::EncodedPictures& encoded) {
          for (const InputError& error : encoded.errors) {
            if (failed) failed(error);
          }
          const std::size_t rows = encoded.indices.size();
          if (rows == 0) return;
          take({Matrix(rows, state.info.embedding_size, std::move(encoded.features)), std::move(encoded.indices)});
        });
  });
}

// Rows of `max_tokens` ids (0: the context length), filled up with `pad_id` (-1: the package's).
TokenBatch Model::State::tokenize(const std::vector<std::string>& texts, std::size_t max_tokens, std::int32_t pad_id,
                                  Overflow overflow, SpecialTokens special) const {
  if (max_tokens == 0) max_tokens = info.context_length;
  if (max_tokens < 2 || max_tokens > info.context_length) {
    throw InvalidInput("max_tokens is " + std::to_string(max_tokens) + "; this model takes 2 to " +
                       std::to_string(info.context_length));
  }
  TokenBatch tokens = tokenizer->tokenize(texts, max_tokens, overflow, special);
  if (pad_id < 0) pad_id = package.config.pad_id;
  if (pad_id == tokenizer->pad_id()) return tokens;
  for (std::size_t row = 0; row < tokens.rows; ++row) {
    const auto begin = tokens.ids.begin() + static_cast<std::ptrdiff_t>(row * tokens.context);
    std::fill(begin + static_cast<std::ptrdiff_t>(tokens.lengths[row]),
              begin + static_cast<std::ptrdiff_t>(tokens.context), pad_id);
  }
  return tokens;
}

Matrix Model::encode_text(const std::vector<std::string>& texts, const TextOptions& options) const {
  const State& state = loaded();
  const engine::TextEncoder& encoder = state.need_text();
  return within_memory([&] {
    const TokenBatch tokens = state.tokenize(texts, options.max_tokens, -1, options.overflow, options.special_tokens);
    if (options.cut != nullptr) *options.cut = tokens.cut;
    const std::size_t width = state.info.embedding_size;
    Matrix features(texts.size(), width);
    std::vector<float> rows;
    for (const auto& batch : model::plan_texts(state.architecture(), tokens.lengths, state.batch_memory)) {
      rows.resize(batch.rows.size() * width);
      encoder.encode(gather(tokens, batch), batch.rows.size(), batch.length, rows);
      for (std::size_t i = 0; i < batch.rows.size(); ++i) {
        std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(i * width), width, features.row(batch.rows[i]).begin());
      }
    }
    return features;
  });
}

Matrix Model::encode_text(const std::vector<std::string>& texts, const TextOptions& options,
                          const Failed& failed) const {
  return within_memory([&]() -> Matrix {
    std::vector<InputError> errors;
    try {
      return encode_text(texts, options);
    } catch (const InputErrors& found) {
      errors = found.errors();
    }
    std::vector<std::string> rest;
    std::vector<std::size_t> original;  // index of each text of `rest`
    auto error = errors.begin();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (error != errors.end() && error->index == i) {
        if (failed) failed(*error);
        ++error;
      } else {
        rest.push_back(texts[i]);
        original.push_back(i);
      }
    }
    Matrix features = encode_text(rest, options);
    if (options.cut != nullptr) {
      for (std::size_t& row : *options.cut) row = original[row];
    }
    return features;
  });
}

std::vector<Matrix> Model::encode_text_states(const std::vector<std::string>& texts,
                                              const StateOptions& options) const {
  const State& state = loaded();
  const engine::TextEncoder& encoder = state.need_text();
  const Architecture& architecture = state.architecture();
  const int layers = architecture.text.layers;
  if (options.layer < -layers || options.layer > layers) {
    throw InvalidInput("layer is " + std::to_string(options.layer) + "; this model has " + std::to_string(layers) +
                       " (0 the embeddings, -1 the last)");
  }
  if (options.pad_id < -1 || options.pad_id >= architecture.vocabulary_size) {
    throw InvalidInput("pad_id is " + std::to_string(options.pad_id) + "; the vocabulary has " +
                       std::to_string(architecture.vocabulary_size) + " ids");
  }
  return within_memory([&] {
    const TokenBatch tokens =
        state.tokenize(texts, options.max_tokens, options.pad_id, options.overflow, options.special_tokens);
    if (options.cut != nullptr) *options.cut = tokens.cut;
    const auto width = static_cast<std::size_t>(architecture.text.width);
    const std::size_t at_once = model::texts_per_batch(architecture, tokens.context, state.batch_memory);
    std::vector<Matrix> states;
    for (std::size_t begin = 0; begin < texts.size(); begin += at_once) {
      const std::size_t count = std::min(at_once, texts.size() - begin);
      const auto first = tokens.ids.begin() + static_cast<std::ptrdiff_t>(begin * tokens.context);
      const std::vector<std::int64_t> ids(first, first + static_cast<std::ptrdiff_t>(count * tokens.context));
      std::vector<float> values(count * tokens.context * width);
      encoder.states(ids, count, tokens.context, options.layer, options.final_norm, values);
      for (std::size_t i = 0; i < count; ++i) {
        const auto part = values.begin() + static_cast<std::ptrdiff_t>(i * tokens.context * width);
        states.emplace_back(tokens.context, width,
                            std::vector<float>(part, part + static_cast<std::ptrdiff_t>(tokens.context * width)));
      }
    }
    return states;
  });
}

}  // namespace longclip
