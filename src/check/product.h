// Which mail server answers, as far as the dialogue shows it.
#pragma once

#include "finding/remedy.h"
#include "smtp/capabilities.h"
#include "smtp/reply.h"

namespace spranga::check {

/// From the greeting's words.
[[nodiscard]] finding::Product product_of_greeting(const smtp::Reply& greeting);

/// From the words of a refused bare AUTH or another reply whose text only one product uses.
[[nodiscard]] finding::Product product_of_reply(const smtp::Reply& reply);

}  // namespace spranga::check
