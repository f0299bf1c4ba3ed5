#include "engine/native/encoder.h"

#include <algorithm>

#include <longclip/error.h>

namespace longclip::engine::native {

TowerInfo info_of(const Means& means, const Architecture::Tower& shape,
                  const std::vector<tower::Parameter>& parameters) {
  TowerInfo info;
  info.engine = "native";
  info.precision = means.precision;
  info.parameters = tower::count_elements(parameters);
  set_shape(info, shape);
  return info;
}

Head::Head(const Means& means, const TowerWeights& weights, const std::string& norm, const std::string& projection,
           std::size_t width)
    : kernels_(means.exact),
      norm_(norm_of(weights, norm)),
      projection_(means.exact, weights.transposed(projection), width, {}) {}

void Head::run(runtime::Team::Member& member, const Rows& x, const Rows& features) const {
  normalize(member, kernels_, norm_, x, x);
  multiply(member, kernels_, product(projection_, x, features));
}

void give(const Rows& rows, std::size_t width, std::span<float> to, const std::string& file) {
  for (std::size_t i = 0; i < rows.count(); ++i) {
    std::copy_n(rows.floats(i), width, to.begin() + static_cast<std::ptrdiff_t>(i * width));
  }
  if (!all_finite(to)) throw Error(file + ": gives NaN or infinity: its weights are damaged");
}

}  // namespace longclip::engine::native
