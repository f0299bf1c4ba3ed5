#include "training/process_group.h"

#include <chrono>
#include <exception>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <ATen/Functions.h>
#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#if defined(USE_C10D_NCCL)
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <longclip/error.h>

#include "tower/torch_call.h"

namespace longclip::training {
namespace {

// Why it failed is known to the other process; what Gloo says of it here is of its sockets.
template <class Function>
auto collectively(Function&& function) {
  try {
    return std::forward<Function>(function)();
  } catch (const std::exception&) {
    throw DeviceError("another process of the training has gone or does not answer; start all again and resume");
  }
}

class Group : public Processes {
 public:
  Group(c10::intrusive_ptr<c10d::Backend> backend, c10::intrusive_ptr<c10d::Store> store)
      : store_(std::move(store)), backend_(std::move(backend)) {}

  int rank() const override { return backend_->getRank(); }
  int size() const override { return backend_->getSize(); }

  at::Tensor gather(const at::Tensor& mine) override {
    return collectively([&] {
      std::vector<at::Tensor> input{mine.contiguous()};
      std::vector<std::vector<at::Tensor>> outputs(1);
      for (int i = 0; i < size(); ++i) outputs[0].push_back(at::empty_like(input[0]));
      backend_->allgather(outputs, input)->wait();
      return at::stack(outputs[0]);
    });
  }

  void sum(at::Tensor& values) override {
    collectively([&] {
      std::vector<at::Tensor> tensors{values};
      backend_->allreduce(tensors)->wait();
    });
  }

 private:
  c10::intrusive_ptr<c10d::Store> store_;
  c10::intrusive_ptr<c10d::Backend> backend_;
};

c10::intrusive_ptr<c10d::Backend> gloo(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                                       std::chrono::milliseconds timeout) {
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  options->devices.push_back(c10d::ProcessGroupGloo::createDefaultDevice());
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
}

c10::intrusive_ptr<c10d::Backend> nccl([[maybe_unused]] const c10::intrusive_ptr<c10d::Store>& store,
                                       [[maybe_unused]] int rank, [[maybe_unused]] int size) {
#if defined(USE_C10D_NCCL)
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size);
#else
  return {};  // refused before
#endif
}

}  // namespace

std::unique_ptr<Processes> process_group(int rank, int size, const std::filesystem::path& meeting,
                                         const at::Device& device) {
  constexpr std::chrono::minutes kPatience{30};
  std::error_code error;
  const auto folder = std::filesystem::absolute(meeting).parent_path();
  if (!std::filesystem::is_directory(folder, error)) {
    throw InvalidInput(meeting.string() + ": the processes cannot meet there: " + folder.string() + " is no folder");
  }
  const auto store = tower::torch_call<InvalidFile>(
      meeting.string(), [&] { return c10::make_intrusive<c10d::FileStore>(meeting.string(), size); });
#if !defined(USE_C10D_NCCL)
  if (!device.is_cpu()) {
    throw DeviceError("several processes on CUDA need a LibTorch with NCCL, and nccl.h where this library is built");
  }
#endif
  return tower::torch_call<DeviceError>(
      meeting.string() + ": the " + std::to_string(size) +
          " processes did not meet; start all of them, with a meeting that no start has used before",
      [&] {
        auto backend = device.is_cpu() ? gloo(store, rank, size, kPatience) : nccl(store, rank, size);
        return std::make_unique<Group>(std::move(backend), store);
      });
}

}  // namespace longclip::training
