#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/native/rows.h"
#include "engine/native/tower_weights.h"
#include "kernel/kernels.h"
#include "kernel/packed_matrix.h"
#include "runtime/team.h"
#include "tower/architecture.h"

namespace longclip::engine::native {

// Sequences whose rows lie end to end, without padding: the rows of sequence i are begins[i] to begins[i + 1] - 1.
struct Sequences {
  std::vector<std::size_t> begins{0};

  void add(std::size_t length) { begins.push_back(begins.back() + length); }
  std::size_t count() const { return begins.size() - 1; }
  std::size_t rows() const { return begins.back(); }
  std::size_t length(std::size_t i) const { return begins[i + 1] - begins[i]; }
  std::size_t longest() const;
};

Norm norm_of(const TowerWeights& weights, const std::string& name);

// The residual blocks of a tower, and what they work in.
class Transformer {
 public:
  // `prefix` is "visual.transformer." or "transformer."; packs on as many threads as `team` has places for.
  Transformer(const kernel::Kernels& kernels, const TowerWeights& weights, const std::string& prefix,
              const Architecture::Tower& tower, const std::string& activation, bool causal, runtime::Team& team);

  struct Workspace;

  std::size_t layers() const noexcept { return blocks_.size(); }

  // Stages: the rows of `x` through the first `count` blocks, in place.
  void run(runtime::Team::Member& member, const Sequences& sequences, std::size_t count, Workspace& work) const;

  // Stages: the last block for one row of each sequence, `picked`, out of the rows of all: into work.picked.x.
  void run_last(runtime::Team::Member& member, const Sequences& sequences, const std::vector<std::size_t>& picked,
                Workspace& work) const;

 private:
  struct Block {
    Norm ln_1;
    kernel::PackedMatrix qkv;  // each of the three begins with a panel
    kernel::PackedMatrix out;
    Norm ln_2;
    kernel::PackedMatrix fc;
    kernel::PackedMatrix proj;
  };

  struct Buffers;
  Block make_block(const TowerWeights& weights, const std::string& prefix) const;
  std::size_t width() const { return static_cast<std::size_t>(tower_.width); }
  std::size_t hidden_width() const { return static_cast<std::size_t>(tower_.mlp); }
  std::size_t padded_width() const;
  bool quantizes() const { return kernels_.quantize != nullptr; }
  void attend(runtime::Team::Member& member, const Sequences& sequences, const Rows& q, bool one_query,
              const Workspace& work, const Rows& y) const;
  const Rows& as_operands(runtime::Team::Member& member, std::size_t width, const Rows& working,
                          const Rows& operands) const;
  void perceive(runtime::Team::Member& member, const Block& block, const Buffers& buffers) const;

  const kernel::Kernels& kernels_;
  Architecture::Tower tower_;
  kernel::Activation activation_;
  bool causal_;
  std::vector<Block> blocks_;
};

// Of a number of rows: the residual stream, in float, and what a block makes of it. Operands are what products read.
struct Transformer::Buffers {
  Buffers(Arena& arena, const Transformer& transformer, std::size_t rows);
  Rows x;
  Rows normalized;  // operands
  Rows attended;
  Rows attended_operands;  // of 8 bits, else none
  Rows hidden;
  Rows hidden_operands;  // of 8 bits, else none
};

struct Transformer::Workspace {
  Workspace(Arena& arena, const Transformer& transformer, const Sequences& sequences, std::size_t members);
  Buffers all;
  Rows qkv;
  Buffers picked;  // a row a sequence
  Rows picked_q;
  std::vector<std::byte*> scratch;  // a member each
};

}  // namespace longclip::engine::native
