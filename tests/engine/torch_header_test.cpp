#include <longclip/torch.h>

#include <gtest/gtest.h>

namespace longclip {
namespace {

Matrix counting() { return {2, 3, {0, 1, 2, 3, 4, 5}}; }

TEST(TorchHeader, TakesAMatrixOverWithoutACopy) {
  Matrix matrix = counting();
  const float* data = matrix.data();
  const at::Tensor tensor = to_tensor(std::move(matrix));
  EXPECT_EQ(tensor.const_data_ptr<float>(), data);
  EXPECT_EQ(tensor.sizes(), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(tensor[1][0].item<float>(), 3.0F);
}

TEST(TorchHeader, AViewWritesThrough) {
  Matrix matrix = counting();
  tensor_view(matrix).mul_(2);
  EXPECT_EQ(matrix(1, 2), 10.0F);
}

TEST(TorchHeader, CopiesTensorsOfOtherTypesAndStrides) {
  const Matrix transposed = to_matrix(tensor_view(*std::make_unique<Matrix>(counting())).t().to(at::kDouble));
  EXPECT_EQ(transposed.rows(), 3U);
  EXPECT_EQ(transposed(2, 1), 5.0F);
  EXPECT_EQ(to_matrix(at::ones({4})).rows(), 1U);
  EXPECT_EQ(to_matrix(at::ones({0, 4})).cols(), 4U);
}

TEST(TorchHeader, RefusesTensorsThatAreNoMatrix) {
  EXPECT_THROW(to_matrix(at::ones({2, 2, 2})), InvalidInput);
  EXPECT_THROW(to_matrix(at::ones({2, 2}, at::kLong)), InvalidInput);
  EXPECT_THROW(to_matrix(at::ones({2, 2}).to_sparse()), InvalidInput);
  EXPECT_THROW(to_matrix(at::Tensor()), InvalidInput);
}

}  // namespace
}  // namespace longclip
