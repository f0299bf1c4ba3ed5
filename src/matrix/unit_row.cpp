#include "matrix/unit_row.h"

#include <cmath>
#include <cstddef>

namespace longclip::matrix {

void copy_unit_row(std::span<const float> row, std::span<float> unit) {
  // Four sums, since one would wait for each addition before the next.
  double sums[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= row.size(); i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) sums[lane] += double{row[i + lane]} * row[i + lane];
  }
  for (; i < row.size(); ++i) sums[0] += double{row[i]} * row[i];
  const double length = std::sqrt((sums[0] + sums[1]) + (sums[2] + sums[3]));
  const double scale = length == 0 ? 0 : 1 / length;
  for (i = 0; i < row.size(); ++i) unit[i] = static_cast<float>(row[i] * scale);
}

}  // namespace longclip::matrix
