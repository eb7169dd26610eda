import type { onResponseHookHandler } from 'fastify';
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Actions } from '../../tasks/actions.ts';
import { plugin } from '../plugin.ts';
import { measurePrepared, type PreparedCounts } from './prepared-metrics.ts';
import { measureUsage, type UsageCounts } from './usage-metrics.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** What was measured, for Prometheus. */
    measurements: () => Promise<{ contentType: string; text: string }>;
  }
}

export interface MetricsOptions {
  actions: Pick<Actions, 'figures'>;
  openStreams: () => number;
  prepared?: PreparedCounts;
  usage?: UsageCounts;
}

/** In milliseconds: how often the event loop's lag is sampled. The library's ten would wake a daemon that has nothing to do a hundred times a second. */
const lagSampleMs = 100;

/**
 * Measures every request and, when it is asked, what the daemon has to do. Each application has a registry of its own, so
 * that two in one process do not share counts.
 */
export const measure = plugin<MetricsOptions>({ name: 'metrics', dependencies: [] }, (app, sources) => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: lagSampleMs });
  const requests = new Histogram({
    name: 'makima_http_request_duration_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60],
    registers,
  });
  new Gauge({
    name: 'makima_tasks',
    help: 'Tasks by status',
    labelNames: ['status'],
    registers,
    async collect() {
      this.reset();
      for (const [status, count] of Object.entries((await sources.actions.figures()).counts)) this.set({ status }, count);
    },
  });
  new Gauge({
    name: 'makima_open_streams',
    help: 'Event streams that are open',
    registers,
    collect() {
      this.set(sources.openStreams());
    },
  });
  const age = new Gauge({ name: 'makima_disk_measured_seconds', help: 'How long ago it was measured', registers });
  new Gauge({
    name: 'makima_disk_bytes',
    help: 'What the disk is used for, about, as it was last measured',
    labelNames: ['what'],
    registers,
    async collect() {
      this.reset();
      const { measuredAt, ...usage } = (await sources.actions.figures()).diskUsage;
      for (const [name, bytes] of Object.entries(usage)) this.set({ what: name.replace(/Bytes$/, '') }, bytes);
      if (measuredAt !== null) age.set((Date.now() - Date.parse(measuredAt)) / 1000);
    },
  });
  if (sources.prepared) measurePrepared(registers, sources.prepared);
  if (sources.usage) measureUsage(registers, sources.usage);
  /** @param route - the pattern and not the path: ids and unknown paths would make a series each */
  const observe = (route: string): onResponseHookHandler => {
    /** To look labels up takes longer than a count. */
    const series = new Map<string, { observe: (seconds: number) => void }>();
    return ({ method }, reply, done) => {
      const key = `${method} ${reply.statusCode}`;
      let own = series.get(key);
      if (own === undefined) series.set(key, (own = requests.labels({ method, route, status: reply.statusCode })));
      own.observe(reply.elapsedTime / 1000);
      done();
    };
  };
  app.addHook('onRoute', (route) => {
    route.onResponse = [observe(route.url), ...[route.onResponse ?? []].flat()];
  });
  const observeNowhere = observe('none');
  app.addHook('onResponse', function (request, reply, done) {
    if (request.is404) observeNowhere.call(this, request, reply, done);
    else done();
  });
  app.addHook('onClose', (_app, done) => {
    registry.clear();
    done();
  });
  app.decorate('measurements', async () => ({ contentType: registry.contentType, text: await registry.metrics() }));
});
