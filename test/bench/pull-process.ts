/** node pull-process.ts REFERENCE STORE: what `pull.ts` measures. Pulls an image into a store. */
import {hostPlatform} from '../../engine/oci/platform.ts';
import {pullImage} from '../../engine/oci/pull-image.ts';
import {parseReference} from '../../engine/oci/reference.ts';
import {hostPorts} from '../../engine/oci/registry/ports.ts';
import {registrySource} from '../../engine/oci/registry/registry-source.ts';
import {createStore} from '../../engine/store/store.ts';
import {hostSystem} from '../../engine/system/host.ts';

const [name = '', store = ''] = process.argv.slice(2);
const reference = parseReference(name);
const {host, path: repository} = reference;
const endpoint = {host, repository, insecure: true, credentials: undefined, tls: {ca: []}};
const image = await registrySource([endpoint], reference, hostPorts()).open(hostPlatform());
await using writer = await createStore(hostSystem(), store).write();
await pullImage(image, writer);
await writer.commit();
