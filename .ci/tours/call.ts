/** What orval's functions send a request by: they know neither the address nor the credential. */
let place: { baseUrl: string; token: string } | undefined;

/** Says where to, once. */
export const callAt = (baseUrl: string, token: string): void => {
  place = { baseUrl, token };
};

/** Sends a request there. */
export const send = async (path: string, options: RequestInit = {}): Promise<Response> => {
  if (!place) throw new Error('callAt was not called');
  const headers = new Headers(options.headers);
  headers.set('Authorization', `Bearer ${place.token}`);
  return fetch(place.baseUrl + path, { ...options, headers });
};

export const call = async <T>(path: string, options: RequestInit): Promise<T> => {
  const response = await send(path, options);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return { data: isJson ? JSON.parse(text) : text, status: response.status, headers: response.headers } as T;
};
