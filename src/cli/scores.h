#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <longclip/evaluation.h>

#include "cli/json.h"

namespace longclip::cli {

// {"NAME": 0.97, "NAME_interval": [0.96, 0.98], "NAME_chance": 0.01}, added to `object`.
void add_score(Json& object, const std::string& name, const Score& score);

// "recall@1" and so on, one for each k.
void add_scores(Json& object, const std::string& name, const std::vector<std::size_t>& ks,
                const std::vector<Score>& scores);

// A table of scores in percent, with intervals where there are any.
class ScoreTable {
 public:
  explicit ScoreTable(std::vector<std::string> head) : rows_{std::move(head)} {}

  // `name` may begin with spaces; they indent it.
  void add(const std::string& name, const std::vector<Score>& scores);
  void add_chance(const std::string& name, const std::vector<Score>& scores);

  std::string text(bool colour) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "R@1" and so on.
std::vector<std::string> score_table_head(const std::string& title, const std::string& letter,
                                          const std::vector<std::size_t>& ks);

}  // namespace longclip::cli
