// Answers on a client's own device where there is no network: with the moves that it keeps, and with nothing else.
"use strict";
const CACHE = "kept", PAGE = "/my/kept", LONGEST = 30 * 86400 * 1000; // ms without any contact
const find = (address) => caches.match(address, { cacheName: CACHE }); // makes no empty one
const forget = () => caches.delete(CACHE);

const inPlace = async () => {
  const page = await find(PAGE);
  const since = page && Date.parse(page.headers.get("Date"));
  if (!page || Math.abs(Date.now() - since) > LONGEST) { await forget(); return Response.error(); }
  return page;
};

const navigate = async (request) => {
  let answer;
  try { answer = await fetch(request); } catch (_) { return inPlace(); }
  // whoever is asked to sign in is signed in no longer: by themselves, or from somewhere else
  if (answer.ok && new URL(request.url).pathname === "/sign-in") await forget();
  return answer;
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const request = event.request, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(navigate(request));
  else if (url.pathname.startsWith("/static/")) {
    event.respondWith(find(request).then((found) => found || fetch(request)));
  } else event.respondWith(fetch(request).catch(async () => (await find(request)) || Response.error()));
});
