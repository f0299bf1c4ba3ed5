#include "cli/natural_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace longclip::cli {
namespace {

TEST(NaturalOrder, SortsNumbersByValue) {
  std::vector<std::string> names = {"b", "a100", "a20b", "a20", "a3", "a003", "", "a", "a18446744073709551616", "B"};
  std::sort(names.begin(), names.end(), natural_less);
  EXPECT_EQ(names, (std::vector<std::string>{"", "B", "a", "a003", "a3", "a20", "a20b", "a100", "a18446744073709551616",
                                             "b"}));
}

TEST(NaturalOrder, IsStrictOverNamesOfAFewCharacters) {
  std::vector<std::string> names = {""};
  for (std::size_t i = 0; names[i].size() < 3; ++i) {
    for (const char c : {'0', '1', 'a'}) names.push_back(names[i] + c);
  }
  for (const auto& a : names) {
    for (const auto& b : names) {
      EXPECT_EQ(natural_less(a, b) + natural_less(b, a), a != b) << a << " " << b;
      for (const auto& c : names) {
        const bool chained = natural_less(a, b) && natural_less(b, c);
        EXPECT_TRUE(!chained || natural_less(a, c)) << a << " " << b << " " << c;
      }
    }
  }
}

}  // namespace
}  // namespace longclip::cli
