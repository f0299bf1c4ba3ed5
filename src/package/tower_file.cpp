#include "package/tower_file.h"

#include <exception>
#include <memory>

#include <torch/csrc/jit/serialization/export.h>

#include <longclip/error.h>

#include "io/file_writer.h"
#include "io/mapped_file.h"
#include "tower/module.h"
#include "tower/scalar_type.h"
#include "tower/torch_call.h"

namespace longclip::package {
namespace {

at::ScalarType scalar_type(checkpoint::DType type) {
  using checkpoint::DType;
  switch (type) {
    case DType::f64:
      return at::kDouble;
    case DType::f32:
      return at::kFloat;
    case DType::f16:
      return at::kHalf;
    case DType::bf16:
      return at::kBFloat16;
    default:
      break;
  }
  throw InvalidFile(std::string("a weight is of type ") + std::string(to_string(type)) + ", not a floating-point one");
}

// The checkpoint's values as a contiguous tensor of the wanted type; a view where that is what
// they are already.
at::Tensor as_torch(const checkpoint::Tensor& tensor, at::ScalarType wanted) {
  const bool aligned = reinterpret_cast<std::uintptr_t>(tensor.data) % size_of(tensor.dtype) == 0;
  at::Tensor view;
  if (aligned) {
    const auto owner = tensor.owner;
    view = at::from_blob(
        const_cast<std::byte*>(tensor.data), tensor.shape, tensor.strides, [owner](void*) {},
        at::TensorOptions().dtype(scalar_type(tensor.dtype)));
  } else {
    const auto values = std::make_shared<std::vector<float>>(to_float(tensor));
    view = at::from_blob(
        values->data(), tensor.shape, [values](void*) {}, at::TensorOptions().dtype(at::kFloat));
  }
  auto values = view.to(wanted).contiguous();
  // Once copied, a large checkpoint's own pages only take the memory that the copies need.
  if (tensor.file != nullptr && values.const_data_ptr() != tensor.data && tensor.contiguous()) {
    tensor.file->release({tensor.data, static_cast<std::size_t>(tensor.elements()) * size_of(tensor.dtype)});
  }
  return values;
}

}  // namespace

void write_tower(const std::filesystem::path& path, const std::string& class_name,
                 const std::vector<tower::Parameter>& parameters,
                 const std::map<std::string, checkpoint::Tensor>& weights, Precision precision,
                 const std::string& source, const std::function<void(std::uint64_t)>& progress) {
  io::FileWriter file(path);
  // The archive's writer writes its end from a destructor: an exception out of the callback, or a
  // write that falls short, would end the process. Whatever fails is kept until it has returned.
  std::exception_ptr failure;
  tower::torch_call<InvalidFile>(path.string(), [&] {
    const torch::jit::Module module = tower::make_module(
        class_name, parameters,
        [&](const tower::Parameter& parameter) {
          return as_torch(weights.at(parameter.name), parameter.matrix ? tower::scalar_type(precision) : at::kFloat);
        },
        source);
    torch::jit::ExportModule(module, [&](const void* data, std::size_t size) {
      if (failure) return size;
      try {
        file.write({static_cast<const std::byte*>(data), size});
        if (progress) progress(file.size());
      } catch (...) {
        failure = std::current_exception();
      }
      return size;
    });
  });
  if (failure) std::rethrow_exception(failure);
  file.close();
}

}  // namespace longclip::package
