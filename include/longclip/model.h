#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <longclip/error.h>
#include <longclip/export.h>
#include <longclip/image.h>
#include <longclip/matrix.h>
#include <longclip/precision.h>
#include <longclip/tokenizer.h>
#include <longclip/towers.h>

namespace longclip {

// What runs the towers.
enum class Engine {
  automatic,    // native where that can be, else torchscript
  native,       // on weights that are packed while they load: CLIP's parameters, on a CPU with AVX2 or AVX-512
  torchscript,  // whatever the package's modules compute, on every device, in all precisions but int8
};

struct LoadOptions {
  // What is computed.
  std::string device = "cpu";  // "cpu", "cuda", "cuda:1"
  Engine engine = Engine::automatic;
  // Of the computation, whatever the package holds. In fp32 features are the reference's to a millionth; what the
  // others gain and cost is in docs/performance.md. On a CPU without the instructions for bf16 or int8 they are
  // refused, but that Engine::torchscript computes in bf16 on any, slower than in fp32.
  Precision precision = Precision::fp32;
  // To load: one that is left out takes neither time nor memory.
  Towers towers = Towers::both;

  // Compare the files with the SHA-256 of config.json while they load: LibTorch does not notice a
  // damaged weight. One of the threads does it while the others load; a base model takes some 0.2 seconds more.
  bool verify = true;

  // How.
  int threads = 0;  // 0: the processors that this process may use (affinity and cgroup quota)
  // Bytes of activations that one batch may take. A native tower keeps some for its next call: at most 128 MiB, or
  // 16 MiB a thread.
  std::size_t batch_memory = std::size_t{1} << 30;
};

struct TextOptions {
  Overflow overflow = Overflow::error;
  std::size_t max_tokens = 0;  // start and end included; 0: the model's context length
  SpecialTokens special_tokens = SpecialTokens::active;
  // Filled with the indices of texts that were truncated, if given.
  std::vector<std::size_t>* cut = nullptr;
};

// Which of the text tower's states, as image generation takes them.
struct StateOptions {
  // Output of which block: 1 is the first, -1 the last, -2 the last but one; 0 the embeddings.
  int layer = -1;
  bool final_norm = true;  // pass them through the tower's last LayerNorm
  // Number of positions and the id that fills them after the end token. It changes the states
  // there: the reference pads with 0, Stable Diffusion 1.x with the end token.
  std::size_t max_tokens = 0;  // 0: the model's context length
  std::int32_t pad_id = -1;    // -1: the package's
  Overflow overflow = Overflow::error;
  SpecialTokens special_tokens = SpecialTokens::active;
  // Filled with the indices of texts that were truncated, if given.
  std::vector<std::size_t>* cut = nullptr;
};

struct TowerInfo {
  std::string engine;                     // "native" or "torchscript"
  Precision precision = Precision::fp32;  // of the computation
  std::uint64_t parameters = 0;
  int width = 0;
  int layers = 0;
  int heads = 0;
};

struct ModelInfo {
  std::string name;
  std::filesystem::path path;
  std::string source;  // the checkpoint the package was made from, as config.json has it
  std::string device;
  std::size_t embedding_size = 0;
  float logit_scale = 1;           // exp applied: multiply cosines by it before a softmax
  int image_size = 0;              // 0 if the package has no vision tower
  std::size_t context_length = 0;  // 0 if it has no text tower
  int threads = 0;
  bool has_vision = false;  // loaded
  bool has_text = false;
  TowerInfo vision;
  TowerInfo text;
};

// Features of some of a list of pictures.
struct ImageFeatures {
  Matrix features;                   // not normalised
  std::vector<std::size_t> indices;  // row i is that of picture indices[i]
};

// A model package, loaded: images and texts in, features out.
//
// Constant after load(): every member may be called from any number of threads at once, and a
// row does not depend on what else is in the batch. Movable, not copyable: the weights are large;
// the members of a Model that was moved from throw InvalidInput, and its info() is empty.
//
// A process made by fork() has none of the threads of a Model that was used before: it loads its own.
//
// Every member throws Error where a tower's module fails or breaks the contract of
// docs/package.md (NaN among what it gives, say), or where memory does not suffice, and
// DeviceError where the device fails.
class LONGCLIP_EXPORT Model {
 public:
  // Loads a package folder. Throws InvalidFile (missing, damaged), UnsupportedModel (newer
  // format, precision that the device lacks, a tower that the engine cannot run), DeviceError (no
  // such device), InvalidInput (a device of another name, threads below 0 or above 1024), Error
  // (memory, or the system's threads, do not suffice).
  static Model load(const std::filesystem::path& package, const LoadOptions& options = {});

  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  // Features of images: images.size() x embedding_size, as the tower gives them (not
  // normalised). Throws InputErrors with each damaged picture, if there are any; UnsupportedModel
  // without a vision tower.
  Matrix encode_image(const std::vector<Image>& images) const;

  // The same for the pictures that can be read: `failed` hears of each other one, in order, on
  // the calling thread. Rows are those of the rest, in order.
  Matrix encode_image(const std::vector<Image>& images, const std::function<void(const InputError&)>& failed) const;

  // The same for pictures that need not be in memory together, such as folders of photos. open(i) gives
  // picture i of `count`. It is called on several threads at once, shortly before the picture is
  // decoded; where it throws an Error, or memory does not suffice for it, that is why the picture failed, and
  // anything else ends the call. `take` has the features piece by piece; it and `failed` are called on the calling
  // thread, each in the pictures' order, `failed` for those of a piece first, and what they throw ends the call. With
  // one thread nothing runs on another.
  void encode_images(std::size_t count, const std::function<Image(std::size_t)>& open,
                     const std::function<void(ImageFeatures)>& take,
                     const std::function<void(const InputError&)>& failed) const;

  // Features of texts: texts.size() x embedding_size, not normalised. Throws InputErrors for
  // texts that are too long (unless truncated) or not UTF-8; UnsupportedModel without a text tower.
  Matrix encode_text(const std::vector<std::string>& texts, const TextOptions& options = {}) const;
  Matrix encode_text(const std::vector<std::string>& texts, const TextOptions& options,
                     const std::function<void(const InputError&)>& failed) const;

  // States of the text tower, one matrix a text: positions x text width.
  std::vector<Matrix> encode_text_states(const std::vector<std::string>& texts, const StateOptions& options = {}) const;

  const ModelInfo& info() const noexcept;

  // Throws UnsupportedModel without a text tower.
  const Tokenizer& tokenizer() const;

 private:
  struct State;
  explicit Model(std::unique_ptr<const State> state);
  const State& loaded() const;
  std::unique_ptr<const State> state_;
};

}  // namespace longclip
