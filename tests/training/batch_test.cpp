#include "training/batch.h"

#include <algorithm>
#include <string>
#include <vector>

#include <ATen/Functions.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include <longclip/error.h>

#include "temporary_folder.h"
#include "training/small_model.h"

namespace longclip::training {
namespace {

class BatchesOf : public ::testing::Test {
 protected:
  BatchesOf() : examples_(colours(folder_.path())) {}

  BatchSource source() const {
    BatchSource source;
    source.examples = &examples_;
    source.tokenizer = &tokenizer_;
    source.context = 77;
    source.image_size = 8;
    source.mean = {0.5F, 0.25F, 0};
    source.std = {0.5F, 0.25F, 1};
    source.captions = TrainingCaptions::short_only;
    source.seed = 3;
    source.batch = 4;
    return source;
  }

  // Which example a row is of: the one with this short caption, between start and end token.
  std::size_t example_of(const std::vector<std::int64_t>& row) const {
    for (std::size_t i = 0; i < examples_.size(); ++i) {
      if (is(row, examples_[i].short_captions[0])) return i;
    }
    return examples_.size();
  }

  // The same by the long caption.
  std::size_t example_of_long(const std::vector<std::int64_t>& row) const {
    for (std::size_t i = 0; i < examples_.size(); ++i) {
      if (is(row, examples_[i].long_captions[0])) return i;
    }
    return examples_.size();
  }

  bool is(const std::vector<std::int64_t>& row, const std::string& caption) const {
    const auto ids = tokenizer_.encode(caption);
    return row.size() == ids.size() + 2 && std::equal(ids.begin(), ids.end(), row.begin() + 1);
  }

  static bool same(const Batch& a, const Batch& b) {
    return a.texts == b.texts && a.short_texts == b.short_texts && at::equal(a.pixels, b.pixels);
  }

  testing::TemporaryFolder folder_;
  std::vector<Example> examples_;
  Tokenizer tokenizer_ = Tokenizer::clip();
};

TEST_F(BatchesOf, OneStepHoldPicturesBesideTheirOwnCaptions) {
  Batches batches(source());
  EXPECT_EQ(batches.steps_per_epoch(), 3u);
  std::vector<std::size_t> seen;
  for (std::uint64_t step = 0; step < 3; ++step) {
    const Batch batch = batches.take(step);
    ASSERT_EQ(batch.texts.size(), 4u);
    ASSERT_EQ(batch.pixels.sizes(), (std::vector<std::int64_t>{4, 3, 8, 8}));
    EXPECT_DOUBLE_EQ(batch.epoch, static_cast<double>(step + 1) / 3);
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t example = example_of(batch.texts[i]);
      ASSERT_LT(example, examples_.size());
      seen.push_back(example);
      // The pictures are of one colour: (value / 255 - mean) / std of each channel, everywhere.
      const cv::Vec3b bgr = cv::imread(examples_[example].image.string()).at<cv::Vec3b>(0, 0);
      const at::Tensor picture = batch.pixels[static_cast<std::int64_t>(i)];
      for (int channel = 0; channel < 3; ++channel) {
        const double value = (bgr[2 - channel] / 255.0 - source().mean[static_cast<std::size_t>(channel)]) /
                             source().std[static_cast<std::size_t>(channel)];
        EXPECT_NEAR(picture[channel].min().item<double>(), value, 1e-5);
        EXPECT_NEAR(picture[channel].max().item<double>(), value, 1e-5);
      }
    }
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::unique(seen.begin(), seen.end()) - seen.begin(), 12);
}

TEST_F(BatchesOf, ThoseOfOneShortCaptionAndGroupComeTogetherIfAskedTo) {
  // Three short captions of two pictures in each of two groups.
  for (std::size_t i = 0; i < 12; ++i) {
    examples_[i].short_captions = {i % 3 == 0 ? "red" : i % 3 == 1 ? "green" : "blue"};
    examples_[i].group = i < 6 ? 0 : 1;
  }
  BatchSource alike = source();
  alike.captions = TrainingCaptions::long_only;
  alike.hard_negatives = 2;
  Batches batches(alike);
  for (std::uint64_t step = 0; step < 6; ++step) {
    const Batch batch = batches.take(step);
    const auto of = [&](std::size_t row) {
      const Example& example = examples_.at(example_of_long(batch.texts[row]));
      return std::pair(example.short_captions[0], example.group);
    };
    EXPECT_EQ(of(0), of(1));
    EXPECT_EQ(of(2), of(3));
    EXPECT_NE(of(0), of(2));
  }
}

TEST_F(BatchesOf, ThoseWhoseLongCaptionsBeginAlikeComeTogetherFirst) {
  for (std::size_t i = 0; i < 12; ++i) {
    const std::string beginning = std::string(110, static_cast<char>('a' + i % 6)) + ", a thing that is ";
    examples_[i].long_captions = {beginning + examples_[i].short_captions[0]};
    examples_[i].short_captions = {"a thing"};
  }
  BatchSource alike = source();
  alike.captions = TrainingCaptions::long_only;
  alike.hard_negatives = 2;
  Batches batches(alike);
  for (std::uint64_t step = 0; step < 6; ++step) {
    const Batch batch = batches.take(step);
    for (const auto& row : batch.texts) ASSERT_LT(example_of_long(row), 12u);
    const auto of = [&](std::size_t row) { return example_of_long(batch.texts[row]) % 6; };
    EXPECT_EQ(of(0), of(1));
    EXPECT_EQ(of(2), of(3));
    EXPECT_NE(of(0), of(2));
  }
}

// Their short captions are equal, and the loss would ask to tell these apart.
TEST_F(BatchesOf, ThoseThatComeTogetherAreTakenByTheirLongCaptions) {
  for (std::size_t i = 0; i < 12; ++i) examples_[i].short_captions = {"caption " + std::to_string(i / 2)};
  BatchSource alike = source();
  alike.captions = TrainingCaptions::both;
  alike.hard_negatives = 2;
  alike.hard_share = 0.5;
  Batches batches(alike);
  std::size_t together = 0, by_short = 0, by_long = 0;
  for (std::uint64_t step = 0; step < 60; ++step) {
    std::vector<std::string> shorts;
    std::vector<bool> is_long;
    for (const auto& row : batches.take(step).texts) {
      const auto of = std::find_if(examples_.begin(), examples_.end(), [&](const Example& example) {
        return is(row, example.long_captions[0]) || is(row, example.short_captions[0]);
      });
      ASSERT_NE(of, examples_.end());
      shorts.push_back(of->short_captions[0]);
      is_long.push_back(!is(row, of->short_captions[0]));
    }
    for (std::size_t i = 0; i < shorts.size(); ++i) {
      if (std::count(shorts.begin(), shorts.end(), shorts[i]) > 1) {
        EXPECT_TRUE(is_long[i]) << shorts[i];
        ++together;
      } else {
        ++(is_long[i] ? by_long : by_short);
      }
    }
  }
  EXPECT_GT(together, 60u);
  EXPECT_GT(by_short, 20u);
  EXPECT_GT(by_long, 20u);
}

// Else each would be the other's wrong answer.
TEST_F(BatchesOf, ThoseThatNoLongCaptionTellsApartDoNotComeTogether) {
  BatchSource alike = source();
  alike.hard_negatives = 2;
  for (const bool only_long : {false, true}) {
    for (std::size_t i = 0; i < 12; ++i) {
      const std::vector<std::string> name{i % 2 == 0 ? "a bus" : "a key"};
      examples_[i].long_captions = name;
      examples_[i].short_captions = only_long ? std::vector<std::string>{} : name;
    }
    Batches together(alike);
    BatchSource chance = alike;
    chance.hard_negatives = 1;
    Batches by_chance(chance);
    for (std::uint64_t step = 0; step < 6; ++step) EXPECT_TRUE(same(together.take(step), by_chance.take(step))) << step;
  }
}

// What a run goes on with after a stop is what it would have gone on with.
TEST_F(BatchesOf, AStepAreTheSameWhateverWasTakenBefore) {
  BatchSource both = source();
  both.captions = TrainingCaptions::both;
  Batches in_order(both);
  std::vector<Batch> all;
  for (std::uint64_t step = 0; step < 9; ++step) all.push_back(in_order.take(step));
  for (const std::uint64_t step : {8, 0, 5}) EXPECT_TRUE(same(Batches(both).take(step), all[step])) << step;
  Batches back(both);
  for (const std::uint64_t step : {4, 2, 3, 7}) EXPECT_TRUE(same(back.take(step), all[step])) << step;
}

TEST_F(BatchesOf, SeveralProcessesAreTheBatchOfOneInParts) {
  const Batch whole = Batches(source()).take(1);
  for (int rank = 0; rank < 2; ++rank) {
    BatchSource part = source();
    part.rank = rank;
    part.processes = 2;
    const Batch mine = Batches(part).take(1);
    ASSERT_EQ(mine.texts.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(mine.texts[i], whole.texts[2 * static_cast<std::size_t>(rank) + i]);
    EXPECT_TRUE(at::equal(mine.pixels, whole.pixels.slice(0, 2 * rank, 2 * rank + 2)));
  }
}

TEST_F(BatchesOf, ComponentMatchingHaveTheLongAndTheShortCaptionOfEachPicture) {
  BatchSource matching = source();
  matching.objective = TrainingObjective::component_matching;
  const Batch batch = Batches(matching).take(0);
  ASSERT_EQ(batch.texts.size(), 4u);
  ASSERT_EQ(batch.short_texts.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t example = example_of(batch.short_texts[i]);
    ASSERT_LT(example, examples_.size());
    EXPECT_TRUE(is(batch.texts[i], examples_[example].long_captions[0]));
  }
}

TEST_F(BatchesOf, BothCaptionsTakeEitherByChanceAnewEachEpoch) {
  BatchSource both = source();
  both.captions = TrainingCaptions::both;
  Batches batches(both);
  std::vector<std::size_t> times_short(examples_.size());
  constexpr std::size_t kEpochs = 40;
  for (std::uint64_t step = 0; step < 3 * kEpochs; ++step) {
    for (const auto& row : batches.take(step).texts) {
      if (const std::size_t example = example_of(row); example < examples_.size()) ++times_short[example];
    }
  }
  // 40 tosses of a coin: fewer than 6 or more than 34 happen once in a million.
  for (const std::size_t times : times_short) {
    EXPECT_GE(times, 6u);
    EXPECT_LE(times, 34u);
  }
}

TEST_F(BatchesOf, APictureWithoutAShortCaptionHasItsLongOne) {
  for (Example& example : examples_) example.short_captions.clear();
  for (const auto& row : Batches(source()).take(0).texts) {
    EXPECT_TRUE(std::any_of(examples_.begin(), examples_.end(),
                            [&](const Example& example) { return is(row, example.long_captions[0]); }));
  }
}

TEST_F(BatchesOf, ALongerCaptionThanTheContextEndWithItsEndToken) {
  BatchSource narrow = source();
  narrow.context = 8;
  narrow.captions = TrainingCaptions::long_only;
  for (const auto& row : Batches(narrow).take(0).texts) {
    EXPECT_EQ(row.size(), 8u);
    EXPECT_EQ(row.front(), 49406);
    EXPECT_EQ(row.back(), 49407);
  }
}

TEST_F(BatchesOf, BrokenDataNameThePicture) {
  cv::imwrite((folder_ / "red.png").string(), cv::Mat(4, 4, CV_8UC3));
  std::filesystem::resize_file(folder_ / "red.png", 20);
  const auto reason = [&] {
    BatchSource all = source();
    all.batch = 12;
    try {
      Batches(all).take(0);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  EXPECT_NE(reason().find("red.png"), std::string::npos) << reason();
  for (Example& example : examples_) {
    if (example.short_captions[0] == "blue") example.short_captions[0] = "\xff blue";
  }
  EXPECT_NE(reason().find("blue.png: its caption: "), std::string::npos) << reason();
}

}  // namespace
}  // namespace longclip::training
