#include "cli/founder_options.h"

#include "cli/command.h"
#include "cli/language.h"
#include "client/membership.h"

namespace guantong {

void add_founder_options(Command& command, Founder& who, Needed site_details) {
  command.text(
      "--site", who.site, tr("The site's short name: a-z, 0-9 and -"), Needed::yes, "SLUG");
  command.text(
      "--site-name", who.site_name, tr("The organisation's full name"), site_details, tr("NAME"));
  command.text("--kind",
               who.site_kind,
               tr("highschool, vocational, university, foreign, enterprise, authority or other"),
               site_details,
               "KIND");
  command.text("--person", who.person, tr("Your name"), Needed::yes, tr("NAME"));
  command.text("--email", who.email, tr("Your e-mail address"), Needed::yes, "ADDR");
}

}  // namespace guantong
