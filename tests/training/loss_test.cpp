// The losses against what the reference computed (golden/model/pcm.npz), and the gradient of coarse
// features against finite differences.
#include "training/loss.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/script.h>

#include "golden/golden.h"
#include "training/coarse.h"

namespace longclip::training {
namespace {

class Golden {
 public:
  explicit Golden(std::string prefix) : prefix_(std::move(prefix)) {}

  at::Tensor matrix(const std::string& name) const {
    const auto array = file().get<float>(prefix_ + "." + name);
    const std::vector<std::int64_t> shape(array.shape.begin(), array.shape.end());
    return at::tensor(array.values).reshape(shape);
  }
  double number(const std::string& name, std::size_t index = 0) const {
    return file().get<float>(prefix_ + "." + name).values.at(index);
  }
  static at::Tensor scale() { return at::scalar_tensor(file().get<float>("logit_scale").values.at(0)).exp(); }

 private:
  static const golden::Npz& file() {
    static const golden::Npz npz(golden::model("pcm.npz"));
    return npz;
  }
  std::string prefix_;
};

class MatchingLossTest : public ::testing::TestWithParam<const char*> {};

TEST_P(MatchingLossTest, EqualsTheReferences) {
  const Golden golden(GetParam());
  const auto alone = single_process();
  const MatchingLoss loss =
      component_matching_loss(golden.matrix("image_features"), golden.matrix("text_long_features"),
                              golden.matrix("text_short_features"), Golden::scale(), 32, 0.1, *alone);
  EXPECT_NEAR(loss.long_text.item<double>() / golden.number("loss_long"), 1, 1e-6);
  EXPECT_NEAR(loss.short_text.item<double>() / golden.number("loss_short"), 1, 1e-6);
  EXPECT_NEAR((loss.long_text + loss.short_text).item<double>() / golden.number("loss_total"), 1, 1e-6);
}

TEST_P(MatchingLossTest, CoarseFeaturesEqualTheReferences) {
  const Golden golden(GetParam());
  const at::Tensor coarse = coarse_features(unit_rows(golden.matrix("image_features")), 32);
  EXPECT_LE((coarse - golden.matrix("coarse_image_features")).abs().max().item<double>(), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Golden, MatchingLossTest, ::testing::Values("b64", "b8"));

// d/dh f(x + h * direction) by central differences, of a function of coarse features.
void expect_gradient(const at::Tensor& x, std::int64_t components) {
  const at::Tensor weights = at::randn(x.sizes(), at::kDouble);
  const auto f = [&](const at::Tensor& features) {
    const at::Tensor coarse = coarse_features(features, components);
    return (coarse * weights).sum() + coarse.square().mul(weights).sum();
  };
  at::Tensor leaf = x.clone().set_requires_grad(true);
  const at::Tensor gradient = torch::autograd::grad({f(leaf)}, {leaf})[0];
  for (int trial = 0; trial < 8; ++trial) {
    const at::Tensor direction = at::randn(x.sizes(), at::kDouble);
    constexpr double kStep = 1e-5;
    const double numeric = (f(x + kStep * direction) - f(x - kStep * direction)).item<double>() / (2 * kStep);
    const double ours = (gradient * direction).sum().item<double>();
    EXPECT_NEAR(ours, numeric, 1e-6 * std::max(1.0, std::abs(numeric)));
  }
}

TEST(CoarseFeatures, GradientEqualsFiniteDifferences) {
  at::manual_seed(3);
  expect_gradient(at::randn({20, 12}, at::kDouble), 4);  // more rows than values
  expect_gradient(at::randn({10, 30}, at::kDouble), 4);  // fewer: the rows do not fill the space
  expect_gradient(at::randn({12, 12}, at::kDouble), 10);
}

TEST(CoarseFeatures, GradientIsFiniteWhereAxesOnOneSideOfTheCutAreEqual) {
  // Singular values 3, 3, 1, 1: the one through the singular vectors would divide by zero.
  at::manual_seed(4);
  const at::Tensor u = std::get<0>(at::linalg_qr(at::randn({9, 4}, at::kDouble) - 0.0));
  const at::Tensor v = std::get<0>(at::linalg_qr(at::randn({6, 4}, at::kDouble)));
  const at::Tensor centred_u = std::get<0>(at::linalg_qr(u - u.mean(0, true)));
  const at::Tensor x = at::matmul(centred_u * at::tensor({3.0, 3.0, 1.0, 1.0}, at::kDouble), v.t());
  expect_gradient(x, 2);
}

TEST(CoarseFeatures, AFewRowsStayAsTheyAre) {
  const at::Tensor few = at::randn({33, 48});
  EXPECT_TRUE(at::equal(coarse_features(few, 32), few));
}

TEST(ContrastiveLoss, IsTheLogarithmOfTheBatchWhereAllAreAlike) {
  const auto alone = single_process();
  const at::Tensor same = unit_rows(at::ones({10, 4}));
  const double loss = contrastive_loss(same, same, at::scalar_tensor(100.0), 0.1, *alone).item<double>();
  EXPECT_NEAR(loss, std::log(10.0), 1e-5);
}

TEST(ContrastiveLoss, SmoothingSharesTheTarget) {
  // Two pairs, cosines 1 and 0, scale 2: cross entropy -(0.95 log p + 0.05 log q) by hand.
  const auto alone = single_process();
  const at::Tensor images = at::eye(2);
  const double p = std::exp(2.0) / (std::exp(2.0) + 1);
  const double expected = -(0.95 * std::log(p) + 0.05 * std::log(1 - p));
  EXPECT_NEAR(contrastive_loss(images, images, at::scalar_tensor(2.0), 0.1, *alone).item<double>(), expected, 1e-6);
}

}  // namespace
}  // namespace longclip::training
