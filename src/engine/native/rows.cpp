#include "engine/native/rows.h"

namespace longclip::engine::native {

void multiply(runtime::Team::Member& member, const kernel::Kernels& kernels, const Multiplication& all) {
  // So many rows at a time that they stay in a core's second cache while the panels go by.
  const std::size_t block = 8 * kernels.rows;
  const std::size_t blocks = (all.rows + block - 1) / block;
  // Parts of one size. A part's panels lie behind one another, as the kernel reads them ahead.
  constexpr std::size_t kPartsOfMember = 4;
  const std::size_t units = blocks * all.panels;
  const std::size_t c_size = kernel::size_of(all.add ? kernel::Element::f32 : kernels.working);
  const std::size_t parts = std::min(kPartsOfMember * member.count(), units);
  member.share(parts, [&](std::size_t part) {
    const std::size_t end = units * (part + 1) / parts;
    for (std::size_t unit = units * part / parts; unit < end;) {
      const std::size_t first = unit % all.panels;
      const std::size_t count = std::min(all.panels - first, end - unit);
      const std::size_t row = all.rows * (unit / all.panels) / blocks;
      kernel::Product product;
      product.a = all.a->row(all.a_row + row);
      product.a_stride = all.a->stride();
      product.a_scales = all.a->scale(all.a_row + row);
      product.rows = all.rows * (unit / all.panels + 1) / blocks - row;
      all.matrix->take_panels(all.first_panel + first, count, product);
      product.activation = all.activation;
      product.add = all.add;
      product.c = all.c->row(all.c_row + row) + (all.c_column + first * kernels.columns) * c_size;
      product.c_stride = all.c->stride();
      kernels.multiply(product);
      unit += count;
    }
  });
}

Multiplication product(const kernel::PackedMatrix& matrix, const Rows& a, const Rows& c) {
  Multiplication all;
  all.matrix = &matrix;
  all.panels = matrix.panels();
  all.a = &a;
  all.rows = a.count();
  all.c = &c;
  return all;
}

namespace {

// Rows that are taken at a time where each is soon done.
template <class Body>
void share_rows(runtime::Team::Member& member, std::size_t count, const Body& body) {
  constexpr std::size_t kRowsOfTask = 16;
  member.share((count + kRowsOfTask - 1) / kRowsOfTask, [&](std::size_t task) {
    const std::size_t end = std::min((task + 1) * kRowsOfTask, count);
    for (std::size_t i = task * kRowsOfTask; i < end; ++i) body(i);
  });
}

}  // namespace

void normalize(runtime::Team::Member& member, const kernel::Kernels& kernels, const Norm& norm, const Rows& x,
               const Rows& y) {
  share_rows(member, x.count(), [&](std::size_t i) {
    kernels.normalize(x.floats(i), norm.gain.size(), norm.gain.data(), norm.bias.data(), y.row(i), y.scale(i));
  });
}

void quantize(runtime::Team::Member& member, const kernel::Kernels& kernels, std::size_t width, const Rows& x,
              const Rows& y) {
  share_rows(member, x.count(), [&](std::size_t i) { kernels.quantize(x.row(i), width, y.row(i), y.scale(i)); });
}

}  // namespace longclip::engine::native
