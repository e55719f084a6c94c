// The files that are made from the code, so that they cannot say anything else.
// Threads: any; no state.
#pragma once

#include <string>
#include <vector>

namespace courtside::house {

struct Page {
  std::string path;  // within the tree
  std::string text;
};

// docs/codes.md: every code, from base/codes.def.
std::string codes_page();

// docs/configuration.md: every setting, from engine/config's table.
std::string configuration_page();

// deploy/courtside.toml: every setting as a comment, except those that a package sets.
std::string config_file();

// The catalogue of events for applications in TypeScript, from schema/catalogue.
std::string catalogue_module();

// The types of the catalogue's data, for readers and publishers in TypeScript.
std::string client_catalogue();

// docs/openapi.json or docs/asyncapi.json, which are written by hand, with the schemas of events,
// the last ones among their components, made from schema/catalogue.
std::string with_event_schemas(std::string document);

// docs/proxies.md, whose blocks with the name of a file ("```nginx nginx-short.conf") are the texts
// of these files in `folder`.
std::string with_files(const std::string& document, const std::string& folder);

// deploy/grafana/courtside.json: every metric, from engine/server/metrics_table.
std::string dashboard();

// `root`: of the tree.
std::vector<Page> pages(const std::string& root);

}  // namespace courtside::house
