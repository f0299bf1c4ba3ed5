#include <gtest/gtest.h>
#include <longclip/error.h>
#include <longclip/evaluation.h>
#include <sys/resource.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "evaluation/slow_recall.h"

namespace longclip {
namespace {

EvaluationOptions at(std::vector<std::size_t> ks) {
  EvaluationOptions options;
  options.ks = std::move(ks);
  options.resamples = 0;
  return options;
}

// Unit vectors of the plane at these angles, in degrees: scores fall with the angle between.
Matrix at_angles(const std::vector<double>& angles) {
  Matrix result(angles.size(), 2);
  for (std::size_t i = 0; i < angles.size(); ++i) {
    result(i, 0) = static_cast<float>(std::cos(angles[i] * M_PI / 180));
    result(i, 1) = static_cast<float>(std::sin(angles[i] * M_PI / 180));
  }
  return result;
}

std::vector<double> values(const std::vector<Score>& scores) {
  std::vector<double> result;
  for (const auto& score : scores) result.push_back(score.value);
  return result;
}

// The most memory that this process has had, in bytes.
std::size_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

TEST(Retrieval, CountsAsOneDoesByHand) {
  // image 0 at 0, 1 at 40, 2 at 90; text 0 at 10, 1 at 80, 2 at 60.
  //   text 0: images in the order 0 1 2: its own is first
  //   text 1: 2 1 0: its own is second
  //   text 2: 1 2 0: its own is second
  //   image 0: texts 0 2 1: first; image 1: 2 (20 away), 0 (30), 1 (40): third; image 2: 1 2 0: second
  const auto report =
      evaluate_retrieval(at_angles({0, 40, 90}), at_angles({10, 80, 60}), {{0, 1, 2}, {}}, at({1, 2, 3}));
  EXPECT_EQ(values(report.text_to_image.recall), (std::vector<double>{1.0 / 3, 1, 1}));
  EXPECT_EQ(values(report.image_to_text.recall), (std::vector<double>{1.0 / 3, 2.0 / 3, 1}));
  EXPECT_EQ(report.text_to_image.queries, 3U);
  EXPECT_EQ(report.image_to_text.queries, 3U);
}

TEST(Retrieval, AnyOfItsTextsIsRightForAnImage) {
  // The first image's second text is nearest to it; its first is the farthest of all.
  const auto report = evaluate_retrieval(at_angles({0, 60}), at_angles({90, 1, 50, 55}), {{0, 0, 1, 1}, {}}, at({1}));
  EXPECT_EQ(values(report.image_to_text.recall), std::vector<double>{1});
  EXPECT_EQ(values(report.text_to_image.recall), std::vector<double>{3.0 / 4});
}

TEST(Retrieval, FurtherImagesOfATextAreRightToo) {
  const Matrix images = at_angles({0, 40, 90});
  const Matrix texts = at_angles({10, 80, 60});
  // Text 2 is true of image 1, too, which it finds first; so is image 1 found by it.
  const auto report = evaluate_retrieval(images, texts, {{0, 1, 2}, {{0, 0, 1}, {{}, {1, 2}}}}, at({1}));
  EXPECT_EQ(values(report.text_to_image.recall), std::vector<double>{2.0 / 3});
  EXPECT_EQ(values(report.image_to_text.recall), std::vector<double>{2.0 / 3});
}

TEST(Retrieval, ImagesWithoutATextAreNoQueriesButCandidates) {
  const auto report = evaluate_retrieval(at_angles({0, 9}), at_angles({10}), {{0}, {}}, at({1, 2}));
  EXPECT_EQ(report.image_to_text.queries, 1U);
  EXPECT_EQ(values(report.image_to_text.recall), (std::vector<double>{1, 1}));
  EXPECT_EQ(values(report.text_to_image.recall), (std::vector<double>{0, 1}));
}

TEST(Retrieval, OfAConstantModelIsExactlyChance) {
  const std::size_t images = 40;
  Relevance relevance;
  for (std::size_t text = 0; text < 5 * images; ++text) relevance.own.push_back(text / 5);
  Matrix same(5 * images, 8);
  for (std::size_t i = 0; i < same.rows() * same.cols(); ++i) same.data()[i] = 0.25f;
  Matrix image_features(images, 8);
  std::copy_n(same.data(), images * 8, image_features.data());
  const auto report = evaluate_retrieval(image_features, same, relevance, at({1, 5, 10}));
  for (std::size_t i = 0; i < 3; ++i) {
    const double k = std::vector<double>{1, 5, 10}[i];
    EXPECT_NEAR(report.text_to_image.recall[i].value, k / 40, 1e-12);
    EXPECT_NEAR(report.text_to_image.recall[i].chance, k / 40, 1e-12);
    double miss = 1;  // none of five among the first k of 200
    for (int n = 0; n < k; ++n) miss *= (195.0 - n) / (200.0 - n);
    EXPECT_NEAR(report.image_to_text.recall[i].value, 1 - miss, 1e-12);
    EXPECT_NEAR(report.image_to_text.recall[i].chance, 1 - miss, 1e-12);
  }
}

// More rows than one share of the work, and than one block of cosines.
TEST(Retrieval, EqualsSortingAllScoresWhereManyAreEqual) {
  for (const auto& [images, texts] : {std::pair{90, 70}, std::pair{60, 700}, std::pair{700, 60}}) {
    Matrix image_features = testing::repetitive_matrix(static_cast<std::size_t>(images), 24, 50, 1);
    Matrix text_features = testing::repetitive_matrix(static_cast<std::size_t>(texts), 24, 60, 3);
    image_features.row(3)[5] = std::numeric_limits<float>::quiet_NaN();
    text_features.row(8)[0] = std::numeric_limits<float>::infinity();
    std::mt19937 generator(5);
    Relevance relevance;
    std::vector<std::vector<bool>> right(text_features.rows(), std::vector<bool>(image_features.rows()));
    for (std::size_t text = 0; text < text_features.rows(); ++text) {
      relevance.own.push_back(generator() % image_features.rows());
      auto& further = relevance.further.lists.emplace_back();
      relevance.further.of_text.push_back(text);
      for (std::size_t n = generator() % 3; n > 0; --n) {
        further.push_back(generator() % image_features.rows());
      }
      right[text][relevance.own.back()] = true;
      for (const auto image : further) right[text][image] = true;
    }

    const std::vector<std::size_t> ks = {1, 3, 20};
    const auto report = evaluate_retrieval(image_features, text_features, relevance, at(ks));
    for (std::size_t k = 0; k < ks.size(); ++k) {
      double found = 0;
      for (std::size_t text = 0; text < text_features.rows(); ++text) {
        std::vector<double> scores;
        for (std::size_t image = 0; image < image_features.rows(); ++image) {
          scores.push_back(testing::slow_score(text_features, text, image_features, image));
        }
        found += testing::slow_hit(scores, right[text], ks[k]);
      }
      EXPECT_NEAR(report.text_to_image.recall[k].value, found / static_cast<double>(texts), 1e-9);

      found = 0;
      double queries = 0;
      for (std::size_t image = 0; image < image_features.rows(); ++image) {
        std::vector<double> scores;
        std::vector<bool> is_right;
        for (std::size_t text = 0; text < text_features.rows(); ++text) {
          scores.push_back(testing::slow_score(text_features, text, image_features, image));
          is_right.push_back(right[text][image]);
        }
        if (std::find(is_right.begin(), is_right.end(), true) == is_right.end()) continue;
        ++queries;
        found += testing::slow_hit(scores, is_right, ks[k]);
      }
      EXPECT_NEAR(report.image_to_text.recall[k].value, found / queries, 1e-9);
      EXPECT_EQ(report.image_to_text.queries, static_cast<std::size_t>(queries));
    }
  }
}

TEST(Retrieval, DoesNotDependOnTheNumberOfThreads) {
  const Matrix images = random_matrix(1300, 16, 1);
  const Matrix texts = random_matrix(1400, 16, 2);
  Relevance relevance;
  for (std::size_t text = 0; text < texts.rows(); ++text) relevance.own.push_back(text % images.rows());
  EvaluationOptions options = at({1, 100});
  options.resamples = 20;
  options.threads = 1;
  const auto one = evaluate_retrieval(images, texts, relevance, options);
  options.threads = 3;
  const auto three = evaluate_retrieval(images, texts, relevance, options);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_EQ(one.text_to_image.recall[k].value, three.text_to_image.recall[k].value);
    EXPECT_EQ(one.image_to_text.recall[k].value, three.image_to_text.recall[k].value);
    EXPECT_EQ(one.image_to_text.recall[k].low, three.image_to_text.recall[k].low);
  }
}

// The scores of all pairs would be 115 MB here, and 20 GB for Flickr30k. More pairs, or wider ones, take too long
// where sanitizers run and lines are counted.
TEST(Retrieval, NeverHoldsTheScoresOfAllPairs) {
  const Matrix images = random_matrix(2400, 4, 1);
  Matrix texts(5 * images.rows(), images.cols());
  Relevance relevance;
  for (std::size_t text = 0; text < texts.rows(); ++text) {
    const std::size_t image = text / 5;
    relevance.own.push_back(image);
    // Texts lie where their image does, but those of every third image as far from it as can be.
    for (std::size_t k = 0; k < texts.cols(); ++k) texts(text, k) = (image % 3 == 0 ? -1.0f : 1.0f) * images(image, k);
  }
  const std::size_t before = peak_memory();
  const auto report = evaluate_retrieval(images, texts, relevance, at({1, 10}));
  // A sanitizer keeps what was freed for a while, so the bound is far above what is held at a time.
  EXPECT_LT(peak_memory() - before, images.rows() * texts.rows() * sizeof(float) / 4);
  EXPECT_EQ(values(report.image_to_text.recall), (std::vector<double>{2.0 / 3, 2.0 / 3}));
  EXPECT_EQ(values(report.text_to_image.recall), (std::vector<double>{2.0 / 3, 2.0 / 3}));
}

TEST(Retrieval, TellsItsProgressAndStopsWhereThatThrows) {
  const Matrix images = random_matrix(10, 4, 1);
  const Matrix texts = random_matrix(3000, 4, 2);
  const Relevance relevance{std::vector<std::size_t>(3000, 0), {}};
  EvaluationOptions options = at({1});
  std::vector<std::size_t> done;
  options.progress = [&](std::size_t rows, std::size_t total) {
    EXPECT_EQ(total, 3000U);
    done.push_back(rows);
  };
  evaluate_retrieval(images, texts, relevance, options);
  EXPECT_GT(done.size(), 1U);
  EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
  EXPECT_EQ(done.back(), 3000U);

  options.progress = [](std::size_t, std::size_t) { throw std::runtime_error("enough"); };
  EXPECT_THROW(evaluate_retrieval(images, texts, relevance, options), std::runtime_error);
}

TEST(Retrieval, RefusesWhatDoesNotFit) {
  const Matrix images(3, 4);
  const Matrix texts(2, 4);
  EXPECT_THROW(evaluate_retrieval(images, Matrix(2, 5), {{0, 1}, {}}, at({1})), InvalidInput);
  EXPECT_THROW(evaluate_retrieval(images, texts, {{0}, {}}, at({1})), InvalidInput);
  EXPECT_THROW(evaluate_retrieval(images, texts, {{0, 3}, {}}, at({1})), InvalidInput);
  EXPECT_THROW(evaluate_retrieval(images, texts, {{0, 1}, {{0}, {{1}}}}, at({1})), InvalidInput);
  EXPECT_THROW(evaluate_retrieval(images, texts, {{0, 1}, {{0, 1}, {{0}, {3}}}}, at({1})), InvalidInput);
  EXPECT_THROW(evaluate_retrieval(images, texts, {{0, 1}, {{0, 1}, {{0}}}}, at({1})), InvalidInput);
  EXPECT_THROW(evaluate_retrieval(images, texts, {{0, 1}, {}}, at({})), InvalidInput);
  EXPECT_THROW(evaluate_retrieval(images, texts, {{0, 1}, {}}, at({1, 0})), InvalidInput);
}

TEST(Retrieval, OfNothingIsNothing) {
  const auto report = evaluate_retrieval(Matrix(0, 4), Matrix(0, 4), {}, at({1}));
  EXPECT_EQ(report.text_to_image.queries, 0U);
  EXPECT_EQ(report.text_to_image.recall.at(0).value, 0);
}

}  // namespace
}  // namespace longclip
