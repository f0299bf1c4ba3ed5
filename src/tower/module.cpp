#include "tower/module.h"

#include <algorithm>
#include <memory>

namespace longclip::tower {
namespace {

// The submodule at a dotted path, made where it is not there yet. Every node has a class of its
// own, named by its path, as TorchScript wants.
torch::jit::Module submodule(const torch::jit::Module& root, const std::shared_ptr<torch::jit::CompilationUnit>& unit,
                             const std::string& path) {
  torch::jit::Module node = root;
  std::size_t begin = 0;
  while (begin < path.size()) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    if (!node.hasattr(part)) {
      std::string class_name = path.substr(0, end);
      std::replace(class_name.begin(), class_name.end(), '.', '_');
      node.register_module(part, torch::jit::Module("__torch__.longclip." + class_name, unit));
    }
    node = node.attr(part).toModule();
    begin = end + 1;
  }
  return node;
}

}  // namespace

torch::jit::Module make_module(const std::string& class_name, const std::vector<Parameter>& parameters,
                               const std::function<at::Tensor(const Parameter&)>& value, const std::string& source) {
  const auto unit = std::make_shared<torch::jit::CompilationUnit>();
  torch::jit::Module root("__torch__.longclip." + class_name, unit);
  for (const Parameter& parameter : parameters) {
    const std::size_t dot = parameter.name.rfind('.');
    const bool nested = dot != std::string::npos;
    torch::jit::Module node = nested ? submodule(root, unit, parameter.name.substr(0, dot)) : root;
    node.register_parameter(nested ? parameter.name.substr(dot + 1) : parameter.name, value(parameter), false);
  }
  root.define(source);
  root.eval();
  return root;
}

}  // namespace longclip::tower
