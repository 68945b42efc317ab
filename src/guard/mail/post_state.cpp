// What of the post outlives the process: one small file, without passwords.
#include <algorithm>

#include "guard/mail/post.h"

namespace spranga::guard::mail {

namespace {

constexpr std::string_view mark = "spranga mail 1";

void pack_news(process::Packer& to, const BanNews& news) {
  to.put(news.ban.jail);
  to.put(news.ban.target);
  to.put(news.ban.since.time_since_epoch());
  to.maybe(news.ban.until,
           [](process::Packer& into, ban::Instant at) { into.put(at.time_since_epoch()); });
  to.put(news.ban.count);
  to.put(news.ban.failures);
  to.put(news.country);
  to.put(news.rule);
  to.put(news.user);
  to.list(news.lines);
}

ban::Instant unpack_instant(process::Unpacker& from) {
  return ban::Instant(from.length<std::chrono::microseconds>());
}

BanNews unpack_news(process::Unpacker& from) {
  BanNews out;
  out.ban.jail = from.text();
  out.ban.target = from.text();
  out.ban.since = unpack_instant(from);
  out.ban.until = from.maybe(unpack_instant);
  out.ban.count = from.get<int>();
  out.ban.failures = from.get<int>();
  out.country = from.text();
  out.rule = from.text();
  out.user = from.text();
  out.lines = from.texts();
  return out;
}

}  // namespace

std::string Post::pack() {
  changed_ = false;
  process::Packer to;
  to.put(mark);
  outbox_.pack(to);
  to.list(boxes_, [](process::Packer& into, const auto& entry) {
    const auto& [route, box] = entry;
    pack_route(into, route);
    into.list(box.gathered, pack_news);
    into.list(box.by_jail, [](process::Packer& each, const auto& count) {
      each.put(count.first);
      each.put(count.second);
    });
    into.put(box.over_limit);
    into.put(box.due.time_since_epoch());
  });
  return to.take();
}

Result<void> Post::restore(std::string_view bytes,
                           const std::vector<Server>& known,
                           ban::Instant now) {
  process::Unpacker from(bytes);
  if (from.text() != mark) {
    return fail(Errc::malformed, "the mails that wait: another format");
  }
  Outbox outbox;
  outbox.unpack(from, known, now);
  const auto boxes = from.list([&](process::Unpacker& each) {
    auto route = unpack_route(each);
    route.server = with_password(std::move(route.server), known);
    Box box;
    box.gathered = each.list(unpack_news);
    const auto counts = each.list([](process::Unpacker& one) {
      auto jail = one.text();
      return std::pair(std::move(jail), one.get<std::size_t>());
    });
    for (const auto& [jail, count] : counts) {
      box.by_jail[jail] += count;
      box.counted += count;
    }
    box.over_limit = each.get<bool>();
    box.due = unpack_instant(each);
    return std::pair(std::move(route), std::move(box));
  });
  SPRANGA_CHECK(from.finish("the mails that wait"));
  const bool too_many =
      boxes.size() > most_routes || std::ranges::any_of(boxes, [](const auto& entry) {
        return entry.second.gathered.size() > most_gathered ||
               entry.second.counted < entry.second.gathered.size();
      });
  if (too_many) {
    return fail(Errc::malformed, "the mails that wait: more than there can be");
  }
  outbox_ = std::move(outbox);
  for (const auto& [route, box] : boxes) {
    boxes_[route] = box;
  }
  return {};
}

}  // namespace spranga::guard::mail
