#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <longclip/convert.h>
#include <longclip/dataset.h>
#include <longclip/export.h>

namespace longclip {

// What features are trained to do.
enum class TrainingObjective {
  contrastive,         // CLIP: each picture with one caption
  component_matching,  // Long-CLIP: pictures with long captions, their coarse features with short ones
};

// Which of a picture's captions the contrastive objective takes.
enum class TrainingCaptions {
  both,  // for each picture and epoch one of the two, by chance
  long_only,
  short_only,
};

// The number type of the matrix products.
enum class TrainingPrecision {
  automatic,  // bf16 on CUDA and where the processor multiplies it in hardware, else fp32
  fp32,
  bf16,
};

// The defaults are those of pre-training; finetuning() has the reference's.
struct TrainingOptions {
  // Where it begins: a package, or a checkpoint of any format that convert() takes. Empty: random
  // weights of `architecture`, drawn by CLIP's rules; the patches' positions begin as sines.
  std::filesystem::path start;
  Architecture architecture;
  // Stretches the text positions of a start of 77 tokens, as ConvertOptions; ratio 1 leaves them.
  int kept = 20;
  int ratio = 1;

  TrainingObjective objective = TrainingObjective::contrastive;
  TrainingCaptions captions = TrainingCaptions::both;
  int components = 32;         // principal components of coarse features
  double label_smoothing = 0;  // of both cross entropies; below 1
  double logit_scale = 0;      // exp applied, to begin with, from 1 to 100; 0: the start's, or CLIP's 1 / 0.07
  // Leaves the first 20 text positions as they are and trains the others in a table of their own, as
  // Long-CLIP does and its checkpoints have it, whatever `kept` is.
  bool freeze_first_positions = false;

  std::size_t batch = 128;      // pictures a step, over all processes; 2 or more, a multiple of these
  std::size_t micro_batch = 0;  // pictures of a process whose graph is in memory at once; 0: all of them
  std::size_t steps = 0;        // 0: as many as `epochs` make
  double epochs = 1;            // passes over the examples, a million at most; ignored where steps are given
  double learning_rate = 1e-3;  // at the end of the warm-up; falls to 0 by a half cosine
  std::size_t warmup = 100;     // steps; at most half of them all
  double weight_decay = 0.05;   // AdamW's
  // What has one dimension decays too (gains, biases, the class embedding, the logit scale), as in the
  // reference.
  bool decay_vectors = false;
  // So many pictures of one short caption (and one group, where the data set has groups) come into a batch
  // together, where there are so many and their long captions say more than that; first those whose long
  // captions begin alike. What differs among them is what is learnt, from their long captions where both kinds
  // are taken. 1: by chance.
  std::size_t hard_negatives = 1;
  double hard_share = 1;  // from 0 to 1: of the pictures that come so; the others come by chance
  std::uint64_t seed = 0;

  // How it runs.
  std::string device = "cpu";
  TrainingPrecision precision = TrainingPrecision::automatic;
  int threads = 0;                     // 0: the processors that this process may use
  std::size_t checkpoint_every = 200;  // steps between states to go on from
  bool resume = false;                 // go on from the last state of the run, if there is one
  std::string name;                    // of the package; empty: the run folder's
  std::filesystem::path tokenizer;     // SentencePiece model or merges; empty: the start's, else CLIP's

  // Several processes that train together, each given its rank, the same settings and data, and the
  // same run folder, into which the first one writes. `meeting` is a file that all of them can write and
  // that no start has used before: they find each other by it. One training at a time in a process.
  int rank = 0;
  int processes = 1;
  std::filesystem::path meeting;
};

// The settings of the reference's fine-tuning (train/train.py) but for the batch of 2048 and the 6 epochs
// that it recommends: stretching by 20 and 4, component matching, label smoothing 0.1, logit scale 100, learning
// rate 1e-6, 200 steps of warm-up, weight decay 0.01 on everything, the first 20 positions frozen.
LONGCLIP_EXPORT TrainingOptions finetuning();

// What a step did.
struct TrainingStep {
  std::size_t step = 0;   // counted from 1
  std::size_t steps = 0;  // of the whole run
  double epoch = 0;       // passes over the examples so far
  double loss = 0;        // sum of the two below
  double loss_long = 0;   // of the contrastive objective: all of it
  double loss_short = 0;
  double learning_rate = 0;
  double gradient_norm = 0;      // Euclidean, of all gradients
  double logit_scale = 0;        // exp applied
  double images_per_second = 0;  // of this step, reading the pictures included
  double seconds_left = 0;
};

struct TrainingReport {
  std::filesystem::path package;     // RUN/model
  std::filesystem::path checkpoint;  // RUN/model.pt
  std::size_t steps = 0;
  std::string precision;  // "fp32" or "bf16"
};

// Trains a model on the examples (those of a step that have no short caption take their long one, and
// the other way round) and writes into the folder `run`:
//   model/         the package
//   model.pt       its weights under the reference's names, for torch.load
//   log.jsonl      a line a step
//   curves.svg     loss, learning rate and logit scale over the steps
//   settings.json  what was asked
//   state.pt       to go on from
// On the CPU a run that was stopped and resumed ends in the same weights as one that was not, on the same
// kind of machine with the same number of threads. `progress` hears of every step on the calling thread;
// what it throws ends the run, whose state is saved first (of several processes, the last state of
// `checkpoint_every` stays: the others may be further).
//
// A state dict does not tell heads that are not 64 wide, GELU, or a perceptron that is not four times as
// wide: model.pt of such an architecture is for those who know it; the package has all of it.
//
// Throws InvalidInput (options, too few examples, captions that are not UTF-8, a resumed run of other
// settings, a run that is there already), InvalidFile (a start or picture that is missing or damaged, a
// place that cannot be written), UnsupportedModel, DeviceError, and Error for a loss that is not a number
// and for what LibTorch refuses.
LONGCLIP_EXPORT TrainingReport train(const std::vector<Example>& examples, const std::filesystem::path& run,
                                     const TrainingOptions& options,
                                     const std::function<void(const TrainingStep&)>& progress = {});

}  // namespace longclip
