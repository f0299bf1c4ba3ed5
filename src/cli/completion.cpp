// longclip completion: scripts for shells, made from the options as they are declared.
#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace longclip::cli {
namespace {

std::vector<const CLI::App*> subcommands(const CLI::App* app) { return app->get_subcommands(nullptr); }

std::vector<const CLI::Option*> named_options(const CLI::App* app) {
  auto options = app->get_options();
  std::erase_if(options, [](const CLI::Option* option) { return option->get_positional(); });
  return options;
}

// "-o", "--output"
std::vector<std::string> spellings(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const auto& name : option.get_snames()) names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

// The values that it takes, where they are few: "fp32 fp16 bf16"; else empty, as where a FILE may stand in their
// place.
std::string choices(const CLI::Option& option) {
  std::string text = option.get_option_text();
  if (text.find('|') == text.npos || text.starts_with("FILE|")) return "";
  std::replace(text.begin(), text.end(), '|', ' ');
  return text;
}

std::string positional_choices(const CLI::App* app) {
  for (const CLI::Option* option : app->get_options()) {
    if (option->get_positional()) return choices(*option);
  }
  return "";
}

// Every command with the words that lead to it: "longclip", "longclip embed", ...
struct Node {
  std::string path;
  const CLI::App* app;
};

void collect(const CLI::App* app, const std::string& path, std::vector<Node>& nodes) {
  nodes.push_back({path, app});
  for (const CLI::App* command : subcommands(app)) collect(command, path + " " + command->get_name(), nodes);
}

// In single quotes, for each of the shells.
std::string single_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "'\\''" : std::string(1, c);
  return result + "'";
}

std::string bash_script(const std::vector<Node>& nodes) {
  std::ostringstream script;
  script << "# bash completion for longclip\n"
            "_longclip() {\n"
            "  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
            "  local path=longclip words= options= i\n"
            "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
            "    case \"$path ${COMP_WORDS[i]}\" in\n";
  for (const auto& node : nodes) {
    if (node.path != "longclip")
      script << "      " << single_quoted(node.path) << ") path=" << single_quoted(node.path) << " ;;\n";
  }
  script << "    esac\n"
            "  done\n"
            "  case \"$path $previous\" in\n";
  for (const auto& node : nodes) {
    for (const CLI::Option* option : named_options(node.app)) {
      if (!takes_value(*option)) continue;
      for (const auto& name : spellings(*option)) {
        const std::string words = choices(*option);
        script << "    " << single_quoted(node.path + " " + name) << ") ";
        if (!words.empty()) script << "COMPREPLY=($(compgen -W " << single_quoted(words) << " -- \"$word\")); ";
        script << "return ;;\n";
      }
    }
  }
  script << "  esac\n"
            "  case $path in\n";
  for (const auto& node : nodes) {
    std::string words = positional_choices(node.app);
    for (const CLI::App* command : subcommands(node.app)) words += (words.empty() ? "" : " ") + command->get_name();
    std::string options;
    for (const CLI::Option* option : named_options(node.app)) {
      for (const auto& name : spellings(*option)) options += (options.empty() ? "" : " ") + name;
    }
    script << "    " << single_quoted(node.path) << ") words=" << single_quoted(words)
           << " options=" << single_quoted(options) << " ;;\n";
  }
  script << "  esac\n"
            "  [[ $word == -* ]] && words=$options\n"
            "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
            "}\n"
            "complete -o default -F _longclip longclip\n";
  return script.str();
}

// A description inside of zsh's '--option[...]'.
std::string zsh_description(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string function_name(const std::string& path) {
  std::string name = "_" + path;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

std::string zsh_function(const Node& node) {
  std::ostringstream script;
  script << function_name(node.path) << "() {\n";
  const auto commands = subcommands(node.app);
  if (!commands.empty()) {
    script << "  local state line\n  local -a commands=(\n";
    for (const CLI::App* command : commands) {
      script << "    " << single_quoted(command->get_name() + ":" + zsh_description(command->get_description()))
             << "\n";
    }
    script << "  )\n";
  }
  script << "  _arguments";
  for (const CLI::Option* option : named_options(node.app)) {
    const std::string words = choices(*option);
    const std::string value =
        !takes_value(*option) ? "" : ": :" + (words.empty() ? std::string("_files") : "(" + words + ")");
    for (const auto& name : spellings(*option)) {
      script << " \\\n    "
             << single_quoted("*" + name + "[" + zsh_description(option->get_description()) + "]" + value);
    }
  }
  if (commands.empty()) {
    const std::string words = positional_choices(node.app);
    script << " \\\n    " << single_quoted(words.empty() ? "*: :_files" : "*: :(" + words + ")") << "\n}\n";
    return script.str();
  }
  script << " \\\n    '1: :->command' '*:: :->rest'\n"
            "  case $state in\n"
            "    command) _describe command commands ;;\n"
            "    rest)\n"
            "      case $line[1] in\n";
  for (const CLI::App* command : commands) {
    script << "        " << command->get_name() << ") " << function_name(node.path + " " + command->get_name())
           << " ;;\n";
  }
  script << "      esac ;;\n"
            "  esac\n"
            "}\n";
  return script.str();
}

std::string zsh_script(const std::vector<Node>& nodes) {
  std::string script = "#compdef longclip\n# zsh completion for longclip\n";
  for (const auto& node : nodes) script += zsh_function(node);
  return script +
         "if [[ $funcstack[1] == _longclip ]]; then\n  _longclip \"$@\"\nelse\n  compdef _longclip longclip\nfi\n";
}

std::string fish_condition(const Node& node) {
  std::string condition;
  std::istringstream words(node.path);
  std::string word;
  words >> word;  // the program itself
  while (words >> word) condition += (condition.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
  std::string children;
  for (const CLI::App* command : subcommands(node.app)) children += " " + command->get_name();
  if (!children.empty()) {
    condition += (condition.empty() ? "" : "; and ") + ("not __fish_seen_subcommand_from" + children);
  }
  return condition;
}

std::string fish_script(const std::vector<Node>& nodes) {
  std::ostringstream script;
  script << "# fish completion for longclip\n";
  for (const auto& node : nodes) {
    const std::string head = "complete -c longclip -n " + single_quoted(fish_condition(node));
    for (const CLI::App* command : subcommands(node.app)) {
      script << head << " -f -a " << command->get_name() << " -d " << single_quoted(command->get_description()) << "\n";
    }
    if (const std::string words = positional_choices(node.app); !words.empty()) {
      script << head << " -f -a " << single_quoted(words) << "\n";
    }
    for (const CLI::Option* option : named_options(node.app)) {
      script << head;
      for (const auto& name : option->get_snames()) script << " -s " << name;
      for (const auto& name : option->get_lnames()) script << " -l " << name;
      if (takes_value(*option)) script << " -r";
      if (const std::string words = choices(*option); !words.empty()) script << " -f -a " << single_quoted(words);
      script << " -d " << single_quoted(option->get_description()) << "\n";
    }
  }
  return script.str();
}

}  // namespace

Run declare_completion(CLI::App& command) {
  auto shell = std::make_shared<std::string>();
  command.add_option("SHELL", *shell, "which shell's script")
      ->option_text("bash|zsh|fish")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->required();
  command.footer(
      "Example:\n  source <(longclip completion bash)\n\n"
      "An installed longclip brings the scripts along.");
  return [shell, &command](Console& console) {
    std::vector<Node> nodes;
    collect(command.get_parent(), "longclip", nodes);
    console.print(*shell == "bash" ? bash_script(nodes) : *shell == "zsh" ? zsh_script(nodes) : fish_script(nodes));
    return kDone;
  };
}

}  // namespace longclip::cli
