#include <gtest/gtest.h>
#include <longclip/error.h>
#include <longclip/evaluation.h>

#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "evaluation/slow_recall.h"

namespace longclip {
namespace {

Matrix axes(const std::vector<std::vector<float>>& rows) {
  Matrix result(rows.size(), rows.front().size());
  for (std::size_t i = 0; i < rows.size(); ++i) std::copy(rows[i].begin(), rows[i].end(), result.row(i).begin());
  return result;
}

EvaluationOptions without_intervals() {
  EvaluationOptions options;
  options.resamples = 0;
  return options;
}

TEST(Groups, AQueryHasItsOwnGroupForChoice) {
  // Text 0 is nearest to image 2, but of its group to its own image 0. Text 3 takes its neighbour.
  const Matrix images = axes({{1, 0, 0}, {0, 1, 0}, {1, 0, 0.1f}, {0, 0, 1}});
  const Matrix texts = axes({{1, 0, 0.1f}, {0, 1, 0}, {1, 0, 0}, {1, 0, 0.9f}});
  const auto report = evaluate_groups(images, texts, {0, 1, 2, 3}, {0, 0, 1, 1}, {"colour", "colour", "count", "count"},
                                      without_intervals());
  EXPECT_EQ(report.groups, 2U);
  EXPECT_EQ(report.all.images, 4U);
  EXPECT_EQ(report.all.text_to_image.value, 3.0 / 4);
  EXPECT_EQ(report.all.image_to_text.value, 1);
  EXPECT_EQ(report.all.text_to_image.chance, 0.5);
  ASSERT_EQ(report.details.size(), 2U);
  EXPECT_EQ(report.details[0].detail, "colour");
  EXPECT_EQ(report.details[0].images, 2U);
  EXPECT_EQ(report.details[0].text_to_image.value, 1);
  EXPECT_EQ(report.details[1].detail, "count");
  EXPECT_EQ(report.details[1].text_to_image.value, 0.5);
}

TEST(Groups, OfAConstantModelAreChance) {
  Matrix same(30, 4);
  for (std::size_t i = 0; i < same.rows() * same.cols(); ++i) same.data()[i] = 1;
  std::vector<std::size_t> own(30);
  std::iota(own.begin(), own.end(), 0);
  std::vector<int> groups;
  for (int i = 0; i < 30; ++i) groups.push_back(i / 10);
  const auto report = evaluate_groups(same, same, own, groups, {});
  EXPECT_NEAR(report.all.image_to_text.value, 0.1, 1e-12);
  EXPECT_NEAR(report.all.text_to_image.value, 0.1, 1e-12);
  EXPECT_NEAR(report.all.text_to_image.chance, 0.1, 1e-12);
  EXPECT_NEAR(report.all.text_to_image.low, 0.1, 1e-12);
  EXPECT_TRUE(report.details.empty());
}

TEST(Groups, ImagesAloneOrWithoutATextAreLeftOut) {
  const Matrix images = axes({{1, 0}, {0, 1}, {1, 1}, {1, 2}, {1, 3}});
  const Matrix texts = axes({{1, 0}, {0, 1}, {1, 1}, {1, 2}});
  // Of group 5 only image 2 has a text; image 3 has no group; image 4 no text.
  const auto report = evaluate_groups(images, texts, {0, 1, 2, 3}, {7, 7, 5, -1, 5}, {}, without_intervals());
  EXPECT_EQ(report.groups, 1U);
  EXPECT_EQ(report.all.images, 2U);
  EXPECT_EQ(report.all.image_to_text.value, 1);
}

TEST(Groups, EqualSortingTheScoresOfEachGroup) {
  const Matrix images = testing::repetitive_matrix(60, 8, 20, 1);
  const Matrix texts = testing::repetitive_matrix(150, 8, 25, 2);
  std::mt19937 generator(3);
  std::vector<std::size_t> own;
  for (std::size_t text = 0; text < texts.rows(); ++text) own.push_back(text < 60 ? text : generator() % 60);
  std::vector<int> groups;
  std::vector<std::string> details;
  for (std::size_t image = 0; image < images.rows(); ++image) {
    groups.push_back(static_cast<int>(image % 7));
    details.push_back(image % 7 < 3 ? "few" : "many");
  }
  const auto report = evaluate_groups(images, texts, own, groups, details, without_intervals());

  std::map<std::string, std::pair<double, double>> found;  // hits and queries
  for (std::size_t text = 0; text < texts.rows(); ++text) {
    std::vector<double> scores;
    std::vector<bool> right;
    for (std::size_t image = 0; image < images.rows(); ++image) {
      if (groups[image] != groups[own[text]]) continue;
      scores.push_back(testing::slow_score(texts, text, images, image));
      right.push_back(image == own[text]);
    }
    auto& [hits, queries] = found[details[own[text]]];
    hits += testing::slow_hit(scores, right, 1);
    ++queries;
  }
  ASSERT_EQ(report.details.size(), 2U);
  EXPECT_NEAR(report.details[0].text_to_image.value, found["few"].first / found["few"].second, 1e-9);
  EXPECT_NEAR(report.details[1].text_to_image.value, found["many"].first / found["many"].second, 1e-9);
  EXPECT_NEAR(report.all.text_to_image.value, (found["few"].first + found["many"].first) / 150, 1e-9);

  double hits = 0;
  for (std::size_t image = 0; image < images.rows(); ++image) {
    std::vector<double> scores;
    std::vector<bool> right;
    for (std::size_t text = 0; text < texts.rows(); ++text) {
      if (groups[own[text]] != groups[image]) continue;
      scores.push_back(testing::slow_score(texts, text, images, image));
      right.push_back(image == own[text]);
    }
    hits += testing::slow_hit(scores, right, 1);
  }
  EXPECT_NEAR(report.all.image_to_text.value, hits / 60, 1e-9);
}

TEST(Groups, RefuseWhatDoesNotFit) {
  const Matrix two(2, 3);
  EXPECT_THROW(evaluate_groups(two, two, {0}, {0, 0}, {}), InvalidInput);
  EXPECT_THROW(evaluate_groups(two, two, {0, 2}, {0, 0}, {}), InvalidInput);
  EXPECT_THROW(evaluate_groups(two, two, {0, 1}, {0}, {}), InvalidInput);
  EXPECT_THROW(evaluate_groups(two, two, {0, 1}, {0, 0}, {"one"}), InvalidInput);
  EXPECT_THROW(evaluate_groups(two, Matrix(2, 4), {0, 1}, {0, 0}, {}), InvalidInput);
}

}  // namespace
}  // namespace longclip
