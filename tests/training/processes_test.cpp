// Two processes over Gloo: their losses against the golden two-rank case, and their gradients against
// those of the same formula in one process.
#include <array>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/script.h>

#include "golden/golden.h"
#include "temporary_folder.h"
#include "training/coarse.h"
#include "training/loss.h"

namespace longclip::training {
namespace {

struct Printed {
  double long_text, short_text, images, long_texts, short_texts;
};

std::array<Printed, 2> run_both(const std::filesystem::path& meeting) {
  std::array<std::FILE*, 2> pipes{};
  for (const int rank : {0, 1}) {
    const std::string command = std::string(LONGCLIP_TWO_RANKS) + " " + std::to_string(rank) + " " + meeting.string() +
                                " " + golden::model("pcm.npz").string();
    pipes[rank] = ::popen(command.c_str(), "r");
  }
  std::array<Printed, 2> printed{};
  for (const int rank : {0, 1}) {
    Printed& p = printed[rank];
    EXPECT_EQ(std::fscanf(pipes[rank], "%lf %lf %lf %lf %lf", &p.long_text, &p.short_text, &p.images, &p.long_texts,
                          &p.short_texts),
              5);
    EXPECT_EQ(::pclose(pipes[rank]), 0);
  }
  return printed;
}

TEST(Processes, LossesEqualTheReferencesOfTwoRanks) {
  const testing::TemporaryFolder folder;
  const auto printed = run_both(folder / "meeting");
  const golden::Npz npz(golden::model("pcm.npz"));
  for (const std::size_t rank : {0, 1}) {
    EXPECT_NEAR(printed[rank].long_text / npz.get<float>("b96_two_ranks.loss_long").values.at(rank), 1, 1e-6);
    EXPECT_NEAR(printed[rank].short_text / npz.get<float>("b96_two_ranks.loss_short").values.at(rank), 1, 1e-6);
  }
}

// The sum of both ranks' losses, in one process and without a gathering: what each rank's gradient
// with respect to its own features must be, since features are gathered with their gradients.
TEST(Processes, GradientsAreThoseOfTheSumOfAllLosses) {
  const testing::TemporaryFolder folder;
  const auto printed = run_both(folder / "meeting");
  const golden::Npz npz(golden::model("pcm.npz"));
  const auto all = [&](const std::string& name) {
    return at::tensor(npz.get<float>("b96_two_ranks." + name).values).reshape({96, 48}).set_requires_grad(true);
  };
  const std::array leaves{all("image_features"), all("text_long_features"), all("text_short_features")};
  const at::Tensor scale = at::scalar_tensor(npz.get<float>("logit_scale").values.at(0)).exp();
  const at::Tensor fine = unit_rows(leaves[0]);
  const at::Tensor coarse =
      at::cat({coarse_features(fine.slice(0, 0, 48), 32), coarse_features(fine.slice(0, 48), 32)});
  const auto both_ways = [&](const at::Tensor& images, const at::Tensor& texts) {
    const at::Tensor logits = scale * at::matmul(images, texts.t());
    const at::Tensor targets = at::arange(96, at::kLong);
    // Each rank's mean is over its 48 rows: their sum is twice the mean over 96.
    return at::cross_entropy_loss(logits, targets, {}, at::Reduction::Mean, -100, 0.1) +
           at::cross_entropy_loss(logits.t(), targets, {}, at::Reduction::Mean, -100, 0.1);
  };
  torch::autograd::backward({both_ways(fine, unit_rows(leaves[1])) + both_ways(coarse, unit_rows(leaves[2]))}, {});
  for (const int rank : {0, 1}) {
    const at::Tensor direction = at::arange(48 * 48, at::kDouble).add(48 * 48 * rank).sin().reshape({48, 48});
    const auto projected = [&](std::size_t leaf) {
      return (leaves[leaf].grad().slice(0, 48 * rank, 48 * (rank + 1)) * direction).sum().item<double>();
    };
    const Printed& p = printed[static_cast<std::size_t>(rank)];
    EXPECT_NEAR(p.images, projected(0), 1e-4 * std::max(1.0, std::abs(projected(0))));
    EXPECT_NEAR(p.long_texts, projected(1), 1e-4 * std::max(1.0, std::abs(projected(1))));
    EXPECT_NEAR(p.short_texts, projected(2), 1e-4 * std::max(1.0, std::abs(projected(2))));
  }
}

}  // namespace
}  // namespace longclip::training
