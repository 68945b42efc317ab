#include "plan/plan.h"

#include "plan/archive.h"
#include "plan/jail_fields.h"

namespace spranga::plan {

template <class Archive>
void fields(Archive& to, GuardPlan& it) {
  to(it.folder, it.compat, it.version, it.server, it.own, it.jails, it.errors, it.warnings);
}

std::string pack(const WardenPlan& plan) {
  return to_bytes(plan);
}

std::string pack(const GuardPlan& plan) {
  return to_bytes(plan);
}

Result<WardenPlan> read_warden_plan(std::string_view bytes) {
  return from_bytes<WardenPlan>(bytes, "the warden's plan");
}

Result<GuardPlan> read_guard_plan(std::string_view bytes) {
  return from_bytes<GuardPlan>(bytes, "the guard's plan");
}

}  // namespace spranga::plan
