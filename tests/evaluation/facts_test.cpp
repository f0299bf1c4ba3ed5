#include <gtest/gtest.h>
#include <longclip/evaluation.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace longclip {
namespace {

using Lists = std::vector<std::vector<std::string>>;
using Images = std::vector<std::vector<std::size_t>>;

Images of_each_text(const ImageLists& found) {
  Images images;
  for (const std::size_t list : found.of_text) images.push_back(found.lists.at(list));
  return images;
}

TEST(ImagesThatHold, AreThoseWithAllClaimsAmongTheirFacts) {
  const Lists facts = {{"a dog", "red ball", "grass"}, {"grass", "a dog"}, {"a cat", "grass"}, {}};
  const Lists claims = {{"a dog"}, {"grass", "a dog"}, {"red ball", "grass"}, {"a dog", "a cat"}, {"snow"}, {}};
  EXPECT_EQ(of_each_text(images_that_hold(claims, facts)), (Images{{0, 1}, {0, 1}, {0}, {}, {}, {}}));
}

// A short caption of most pictures is true of many others: a list for each would grow with their square.
TEST(ImagesThatHold, AreHeldOnceForTextsThatClaimTheSame) {
  const auto found = images_that_hold(Lists(50, {"dog"}), Lists(50, {"dog"}));
  EXPECT_EQ(found.of_text.size(), 50u);
  EXPECT_EQ(found.lists.size(), 1u);
}

TEST(ImagesThatHold, TakesWhatIsSaidTwiceAsSaidOnce) {
  EXPECT_EQ(of_each_text(images_that_hold({{"a", "a"}}, {{"a", "a"}, {"b"}, {"b", "a"}})), (Images{{0, 2}}));
}

TEST(ImagesThatHold, EqualsComparingEachWithEach) {
  std::mt19937 generator(1);
  const auto random_list = [&](std::size_t most) {
    std::vector<std::string> list;
    for (std::size_t n = generator() % (most + 1); n > 0; --n)
      list.push_back("fact " + std::to_string(generator() % 12));
    return list;
  };
  Lists facts(200);
  Lists claims(300);
  for (auto& list : facts) list = random_list(8);
  for (auto& list : claims) list = random_list(3);
  const auto found = of_each_text(images_that_hold(claims, facts));
  ASSERT_EQ(found.size(), claims.size());
  for (std::size_t text = 0; text < claims.size(); ++text) {
    std::vector<std::size_t> wanted;
    for (std::size_t image = 0; image < facts.size() && !claims[text].empty(); ++image) {
      const bool holds = std::all_of(claims[text].begin(), claims[text].end(), [&](const std::string& claim) {
        return std::find(facts[image].begin(), facts[image].end(), claim) != facts[image].end();
      });
      if (holds) wanted.push_back(image);
    }
    EXPECT_EQ(found[text], wanted);
  }
}

}  // namespace
}  // namespace longclip
