#include "app/problem_text.h"

#include "words/elsewhere.h"

namespace spranga::app {

std::string problem_text(const guard::config::Problem& problem) {
  auto said = problem;
  said.message = words::translate(problem.message);
  return guard::config::to_text(said);
}

}  // namespace spranga::app
