#pragma once

namespace longclip {

// Which of a model's towers are meant: those that it has, or one of them alone.
enum class Towers { both, vision, text };

}  // namespace longclip
