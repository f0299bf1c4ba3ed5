#include "cli/ranking.h"

#include <algorithm>
#include <vector>

#include <longclip/similarity.h>

#include "cli/figures.h"
#include "cli/terminal_text.h"
#include "cli/wrap.h"

namespace longclip::cli {
namespace {

constexpr std::size_t kRankColumns = 4;
constexpr std::size_t kCosineColumns = 8;
constexpr std::size_t kProbabilityColumns = 13;
constexpr std::size_t kIndent = kRankColumns + kCosineColumns + kProbabilityColumns + 2;
constexpr int kNarrowest = 24;  // of the text's column
constexpr int kMostLines = 4;   // of a text; a long caption would push the rest off the screen

std::string right(const std::string& text, std::size_t columns) {
  return std::string(columns - std::min(columns, text.size()), ' ') + text;
}

std::string styled(const std::string& text, const char* style, bool colour) {
  return colour ? std::string("\x1b[") + style + "m" + text + "\x1b[0m" : text;
}

constexpr const char* kBold = "1";
constexpr const char* kDim = "2";

}  // namespace

std::vector<RankedItem> rank_items(std::span<const float> query, const Matrix& items, float scale, std::size_t limit) {
  const Matrix row(1, query.size(), std::vector<float>(query.begin(), query.end()));
  const Matrix cosines = similarity(row, items);
  const Matrix shares = probabilities(cosines, scale);
  std::vector<RankedItem> ranking;
  ranking.reserve(items.rows());
  for (std::size_t i = 0; i < items.rows(); ++i) ranking.push_back({i, cosines(0, i), shares(0, i)});
  const auto best = ranking.begin() + static_cast<std::ptrdiff_t>(std::min(limit, ranking.size()));
  std::partial_sort(ranking.begin(), best, ranking.end(), [](const RankedItem& a, const RankedItem& b) {
    return a.cosine != b.cosine ? a.cosine > b.cosine : a.index < b.index;
  });
  ranking.erase(best, ranking.end());
  return ranking;
}

Json ranking_json(const RankingKind& kind, const std::string& query, const std::vector<RankedItem>& ranking,
                  const std::vector<std::string>& names) {
  Json items = Json::array();
  for (const auto& item : ranking) {
    items.push_back({{"index", item.index},
                     {kind.item, names[item.index]},
                     {"cosine", json_number(item.cosine)},
                     {"probability", json_number(item.probability)}});
  }
  return {{kind.query, query}, {kind.items, std::move(items)}};
}

std::string ranking_table_head(const RankingKind& kind, bool colour) {
  return styled(std::string(kRankColumns, ' ') + right("cosine", kCosineColumns) +
                    right("probability", kProbabilityColumns) + "  " + kind.item,
                kDim, colour) +
         "\n";
}

std::string ranking_table(const std::string& query, const std::vector<RankedItem>& ranking,
                          const std::vector<std::string>& names, int width, bool colour) {
  std::string table = styled(folded(query), kBold, colour) + "\n";
  const int columns = width > 0 ? std::max(kNarrowest, width - static_cast<int>(kIndent)) : 0;
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    const auto lines = wrapped(names[ranking[i].index], columns, kMostLines);
    table += right(std::to_string(i + 1), kRankColumns) + right(cosine(ranking[i].cosine), kCosineColumns) +
             right(percent(ranking[i].probability), kProbabilityColumns) + "  " + lines.front() + "\n";
    for (std::size_t line = 1; line < lines.size(); ++line) table += std::string(kIndent, ' ') + lines[line] + "\n";
  }
  return table;
}

}  // namespace longclip::cli
