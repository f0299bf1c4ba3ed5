// Which images make a list of claims true: an inverted index from facts to images.
#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <unordered_map>

#include <longclip/evaluation.h>

namespace longclip {
namespace {

using Images = std::vector<std::size_t>;  // rising

class Facts {
 public:
  explicit Facts(const std::vector<std::vector<std::string>>& facts) {
    for (std::size_t image = 0; image < facts.size(); ++image) {
      for (const auto& fact : facts[image]) {
        Images& images = images_[fact];
        if (images.empty() || images.back() != image) images.push_back(image);
      }
    }
  }

  // The shortest list first, so that no intermediate result is longer than it.
  Images holding(const std::vector<std::string>& claims) const {
    std::vector<const Images*> lists;
    for (const auto& claim : claims) {
      const auto found = images_.find(claim);
      if (found == images_.end()) return {};
      lists.push_back(&found->second);
    }
    if (lists.empty()) return {};
    std::sort(lists.begin(), lists.end(), [](const Images* a, const Images* b) { return a->size() < b->size(); });
    Images result = *lists.front();
    for (std::size_t i = 1; i < lists.size() && !result.empty(); ++i) {
      Images kept;
      std::set_intersection(result.begin(), result.end(), lists[i]->begin(), lists[i]->end(), std::back_inserter(kept));
      result = std::move(kept);
    }
    return result;
  }

 private:
  std::unordered_map<std::string_view, Images> images_;
};

}  // namespace

ImageLists images_that_hold(const std::vector<std::vector<std::string>>& claims,
                            const std::vector<std::vector<std::string>>& facts) {
  const Facts index(facts);
  std::map<std::vector<std::string>, std::size_t> known;  // many texts claim the same
  ImageLists result;
  result.of_text.reserve(claims.size());
  for (const auto& list : claims) {
    const auto [entry, added] = known.try_emplace(list, result.lists.size());
    if (added) result.lists.push_back(index.holding(list));
    result.of_text.push_back(entry->second);
  }
  return result;
}

}  // namespace longclip
