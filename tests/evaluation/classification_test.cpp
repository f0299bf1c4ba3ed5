#include <gtest/gtest.h>
#include <longclip/error.h>
#include <longclip/evaluation.h>

#include <vector>

#include "evaluation/slow_recall.h"

namespace longclip {
namespace {

EvaluationOptions at(std::vector<std::size_t> ks) {
  EvaluationOptions options;
  options.ks = std::move(ks);
  return options;
}

TEST(Classification, EqualsSortingTheScoresOfAllClasses) {
  const Matrix images = random_matrix(600, 12, 1);
  const Matrix classes = testing::repetitive_matrix(40, 12, 30, 2);
  std::mt19937 generator(3);
  std::vector<std::size_t> labels;
  for (std::size_t image = 0; image < images.rows(); ++image) labels.push_back(generator() % classes.rows());
  const std::vector<std::size_t> ks = {1, 5};
  const auto scores = evaluate_classification(images, classes, labels, at(ks));
  ASSERT_EQ(scores.size(), 2U);
  for (std::size_t k = 0; k < ks.size(); ++k) {
    double hits = 0;
    for (std::size_t image = 0; image < images.rows(); ++image) {
      std::vector<double> row;
      std::vector<bool> right(classes.rows());
      right[labels[image]] = true;
      for (std::size_t c = 0; c < classes.rows(); ++c) row.push_back(testing::slow_score(images, image, classes, c));
      hits += testing::slow_hit(row, right, ks[k]);
    }
    EXPECT_NEAR(scores[k].value, hits / 600, 1e-9);
    EXPECT_NEAR(scores[k].chance, static_cast<double>(ks[k]) / 40, 1e-12);
    EXPECT_LT(scores[k].low, scores[k].value);
    EXPECT_GT(scores[k].high, scores[k].value);
  }
}

// ImageNet has two classes "missile": whichever of them a picture is of, it is found half the time.
TEST(Classification, ClassesThatAreEqualShareTheirHits) {
  Matrix classes(3, 2, {1, 0, 1, 0, 0, 1});
  const Matrix images(3, 2, {1, 0.1f, 1, 0.2f, 0, 1});
  const auto scores = evaluate_classification(images, classes, {0, 1, 2}, at({1, 2}));
  EXPECT_DOUBLE_EQ(scores[0].value, (0.5 + 0.5 + 1) / 3);
  EXPECT_DOUBLE_EQ(scores[1].value, 1);
}

TEST(Classification, RefusesWhatDoesNotFit) {
  const Matrix images(2, 3);
  EXPECT_THROW(evaluate_classification(images, Matrix(4, 3), {0}), InvalidInput);
  EXPECT_THROW(evaluate_classification(images, Matrix(4, 3), {0, 4}), InvalidInput);
  EXPECT_THROW(evaluate_classification(images, Matrix(4, 2), {0, 1}), InvalidInput);
  EXPECT_THROW(evaluate_classification(images, Matrix(4, 3), {0, 1}, at({0})), InvalidInput);
}

}  // namespace
}  // namespace longclip
