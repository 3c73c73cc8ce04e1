"use strict";
// The page is put together here and not in the page itself, so that its policy can forbid scripts in it.
window.ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  docExpansion: "list",
  persistAuthorization: false,
  syntaxHighlight: false,
});
