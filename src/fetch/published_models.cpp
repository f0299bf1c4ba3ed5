#include <longclip/fetch.h>

namespace longclip {

const std::vector<PublishedModel>& published_models() {
  static const std::vector<PublishedModel> models = {
      {"longclip-b", "BeichenZhang/LongCLIP-B", "longclip-B.pt"},
      {"longclip-l", "BeichenZhang/LongCLIP-L", "longclip-L.pt"},
  };
  return models;
}

}  // namespace longclip
