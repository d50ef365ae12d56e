/** Files of a folder over HTTP, on a port of this host's loopback. */
import {createReadStream, statSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import path from 'node:path';

export interface FileServer extends Disposable {
	readonly port: number;
	/** Names that were asked for, in order. */
	readonly served: readonly string[];
}

/** Serves what lies directly in the folder; the caller disposes of it. */
export async function serveFiles(folder: string): Promise<FileServer> {
	const served: string[] = [];
	const server = createServer((request, response) => {
		const name = path.basename(request.url ?? '');
		served.push(name);
		const file = path.join(folder, name);
		const size = statSync(file, {throwIfNoEntry: false})?.size;
		if (size === undefined) {
			response.writeHead(404).end();
			return;
		}
		response.writeHead(200, {'content-length': size});
		createReadStream(file).pipe(response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		port: (server.address() as AddressInfo).port,
		served,
		[Symbol.dispose]() {
			server.closeAllConnections();
			server.close();
		},
	};
}
