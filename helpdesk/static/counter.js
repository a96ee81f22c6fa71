// The form of the counter: only the services of the chosen desk. Without it all are offered, named by their desks.
"use strict";
{
  const desk = document.getElementById("desk"), item = document.getElementById("item");
  const services = [...item.querySelectorAll("optgroup[data-desks]")];
  const names = new Map(services.map((service) => [service, service.label]));
  const narrow = () => {
    const chosen = item.value, name = `${desk.selectedOptions[0]?.label}: `;
    for (const service of services) {
      if (!service.dataset.desks.split(" ").includes(desk.value)) { service.remove(); continue; }
      const whole = names.get(service);
      service.label = whole.startsWith(name) ? whole.slice(name.length) : whole;
      item.append(service);
    }
    item.value = chosen;
    if (item.selectedIndex < 0) item.value = "";
  };
  desk.addEventListener("change", narrow);
  narrow();
}
