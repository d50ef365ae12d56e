/** node pull-process.ts HOST STORE: pulls the image of a registry that needs no TLS into a store. */

import {pullImage} from '../../../../engine/oci/pull-image.ts';
import {hostPorts} from '../../../../engine/oci/registry/ports.ts';
import {openStore} from '../../../../engine/store/store.ts';
import {unsyncedSystem} from '../../store/fixture.ts';
import {amd64, sourceOf} from '../registry/images.ts';

const [host = '', store = ''] = process.argv.slice(2);
const endpoint = {
	host,
	repository: 'ns/myos',
	insecure: true,
	credentials: undefined,
	tls: {ca: []},
};
const image = await sourceOf([endpoint], hostPorts()).open(amd64);
await using writer = await openStore(unsyncedSystem, store).write();
await pullImage(image, writer);
await writer.commit();
