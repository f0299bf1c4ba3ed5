#include "training/state_dict_file.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <caffe2/serialize/inline_container.h>

#include <longclip/error.h>

#include "checkpoint/checkpoint.h"
#include "io/file_writer.h"
#include "io/staged.h"
#include "tower/torch_call.h"
#include "training/tensors.h"

namespace longclip::training {
namespace {

// What torch.save writes for a dict of tensors: protocol 2, each tensor rebuilt from a storage
// that the zip archive has under data/N.
class StateDictPickle {
 public:
  explicit StateDictPickle(const std::map<std::string, at::Tensor>& tensors) {
    bytes_ = "\x80\x02}(";
    std::size_t index = 0;
    for (const auto& [name, tensor] : tensors) {
      text(name);
      rebuild(tensor, std::to_string(index++));
    }
    bytes_ += "u.";
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void text(std::string_view value) {
    bytes_ += 'X';
    little_endian(static_cast<std::uint64_t>(value.size()), 4);
    bytes_ += value;
  }

  void integer(std::int64_t value) {
    bytes_ += "\x8a\x08";
    little_endian(static_cast<std::uint64_t>(value), 8);
  }

  void tuple(at::IntArrayRef values) {
    bytes_ += '(';
    for (const std::int64_t value : values) integer(value);
    bytes_ += 't';
  }

  void rebuild(const at::Tensor& tensor, const std::string& key) {
    bytes_ += "ctorch._utils\n_rebuild_tensor_v2\n((";
    text("storage");
    bytes_ += tensor.scalar_type() == at::kDouble ? "ctorch\nDoubleStorage\n" : "ctorch\nFloatStorage\n";
    text(key);
    text("cpu");
    integer(tensor.numel());
    bytes_ += "tQ";
    integer(0);  // where in the storage it begins
    tuple(tensor.sizes());
    tuple(tensor.strides());
    bytes_ += "\x89";                             // requires no gradient
    bytes_ += "ccollections\nOrderedDict\n)RtR";  // and has no hooks
  }

  void little_endian(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
  }

  std::string bytes_;
};

void write_archive(const std::map<std::string, at::Tensor>& tensors, io::FileWriter& file) {
  std::map<std::string, at::Tensor> plain;
  for (const auto& [name, tensor] : tensors) {
    const at::ScalarType type = tensor.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    plain[name] = tensor.detach().to(at::kCPU, type).contiguous();
  }
  const StateDictPickle pickle(plain);
  // As in package/tower_file.cpp: the archive's writer ends in a destructor, which must not throw.
  std::exception_ptr failure;
  {
    caffe2::serialize::PyTorchStreamWriter writer([&](const void* data, std::size_t size) {
      if (failure) return size;
      try {
        file.write({static_cast<const std::byte*>(data), size});
      } catch (...) {
        failure = std::current_exception();
      }
      return size;
    });
    writer.writeRecord("data.pkl", pickle.bytes().data(), pickle.bytes().size());
    std::size_t index = 0;
    for (const auto& [name, tensor] : plain) {
      writer.writeRecord("data/" + std::to_string(index++), tensor.const_data_ptr(), tensor.nbytes());
    }
    writer.writeEndOfFile();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

void write_state_dict(const std::filesystem::path& path, const std::map<std::string, at::Tensor>& tensors) {
  io::Staged staged(path, io::Staged::Kind::file);
  try {
    io::FileWriter file(staged.path());
    tower::torch_call<InvalidFile>(path.string(), [&] { write_archive(tensors, file); });
    file.close();
  } catch (const InvalidFile& error) {
    throw InvalidFile(staged.in_users_terms(error.what()));
  }
  staged.publish();
}

std::map<std::string, at::Tensor> read_state_dict(const std::filesystem::path& path) {
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, tensor] : checkpoint::read_checkpoint(path).tensors) {
    tensors[name] = copy_of(tensor, path.string() + ": " + name);
  }
  return tensors;
}

}  // namespace longclip::training
