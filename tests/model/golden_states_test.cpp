#include <gtest/gtest.h>

#include "model/golden_model.h"

namespace longclip {
namespace {

struct Case {
  const char* array;
  int layer;
  bool final_norm;
};

class GoldenStates : public ::testing::TestWithParam<Case> {};

TEST_P(GoldenStates, EqualTheReference) {
  const auto wanted = golden::read_npy<float>(golden::model(GetParam().array));
  const auto rows = testing::read_json(golden::model("manifest.json"))["arrays"][GetParam().array]["text_rows"];
  std::vector<std::string> texts;
  for (const std::size_t row : rows) texts.push_back(testing::golden_texts()[row]);
  StateOptions options;
  options.layer = GetParam().layer;
  options.final_norm = GetParam().final_norm;
  options.overflow = Overflow::truncate;
  for (const Engine engine : testing::engines()) {
    const auto states = testing::golden_model(engine).encode_text_states(texts, options);
    ASSERT_EQ(states.size(), wanted.shape[0]);
    double largest = 0;
    for (std::size_t i = 0; i < states.size(); ++i) {
      ASSERT_EQ(states[i].rows(), wanted.shape[1]);
      ASSERT_EQ(states[i].cols(), wanted.shape[2]);
      const std::size_t values = states[i].rows() * states[i].cols();
      for (std::size_t k = 0; k < values; ++k) {
        largest = std::max(largest, std::abs(static_cast<double>(states[i].data()[k]) - wanted.values[i * values + k]));
      }
    }
    EXPECT_LE(largest, 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(Layers, GoldenStates,
                         ::testing::Values(Case{"text_states_last.npy", -1, true},
                                           Case{"text_states_last.npy", 3, true},
                                           Case{"text_states_last_no_norm.npy", -1, false},
                                           Case{"text_states_penultimate.npy", -2, false},
                                           Case{"text_states_penultimate.npy", 2, false}));

TEST(States, ThePadIdChangesWhatComesAfterTheEndTokenOnly) {
  const Model& model = testing::golden_model();
  StateOptions zeros;
  StateOptions ends;
  ends.pad_id = model.tokenizer().end_id();
  const std::string text = "a photo of a cat";
  const std::size_t tokens = model.tokenizer().count(text);
  const Matrix a = model.encode_text_states({text}, zeros)[0];
  const Matrix b = model.encode_text_states({text}, ends)[0];
  for (std::size_t i = 0; i < tokens; ++i) {
    for (std::size_t j = 0; j < a.cols(); ++j) ASSERT_NEAR(a(i, j), b(i, j), 1e-5) << i;
  }
  EXPECT_NE(a(tokens, 0), b(tokens, 0));
}

TEST(States, SayWhichTextsWereCut) {
  std::vector<std::size_t> cut;
  StateOptions options;
  options.max_tokens = 5;
  options.overflow = Overflow::truncate;
  options.cut = &cut;
  testing::golden_model().encode_text_states({"a cat", "a cat and a dog and a bird", "a dog"}, options);
  EXPECT_EQ(cut, std::vector<std::size_t>{1});
}

TEST(States, RefuseAPadThatIsNoId) {
  StateOptions options;
  for (const std::int32_t id : {-2, 49408}) {
    options.pad_id = id;
    EXPECT_THROW(testing::golden_model().encode_text_states({"a"}, options), InvalidInput) << id;
  }
}

TEST(States, OfFewerPositions) {
  StateOptions options;
  options.max_tokens = 77;
  EXPECT_EQ(testing::golden_model().encode_text_states({"a cat"}, options)[0].rows(), 77U);
}

TEST(States, RefuseALayerThatIsNotThere) {
  StateOptions options;
  options.layer = 4;
  EXPECT_THROW(testing::golden_model().encode_text_states({"a"}, options), InvalidInput);
  options.layer = -4;
  EXPECT_THROW(testing::golden_model().encode_text_states({"a"}, options), InvalidInput);
}

}  // namespace
}  // namespace longclip
