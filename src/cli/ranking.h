#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <longclip/matrix.h>

#include "cli/json.h"

namespace longclip::cli {

struct RankedItem {
  std::size_t index;
  float cosine;
  float probability;  // among all items, those that are not listed too
};

// The best `limit` rows of `items` for one query, best first, equal cosines by index.
std::vector<RankedItem> rank_items(std::span<const float> query, const Matrix& items, float scale, std::size_t limit);

// What is ranked for what: the names of both in JSON.
struct RankingKind {
  const char* query;  // "image"
  const char* items;  // "texts"
  const char* item;   // "text"
};

// `names` are those of all items.
Json ranking_json(const RankingKind& kind, const std::string& query, const std::vector<RankedItem>& ranking,
                  const std::vector<std::string>& names);

// The head of a table of rankings, and one ranking in it, with texts wrapped to `width` columns
// (0: not wrapped).
std::string ranking_table_head(const RankingKind& kind, bool colour);
std::string ranking_table(const std::string& query, const std::vector<RankedItem>& ranking,
                          const std::vector<std::string>& names, int width, bool colour);

}  // namespace longclip::cli
