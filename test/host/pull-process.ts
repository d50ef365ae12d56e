/** node pull-process.ts LAYOUT STORE: pulls the image of an OCI layout into a store, made if need be. */
import {ociLayout} from '../../engine/oci/layout.ts';
import {pullImage} from '../../engine/oci/pull-image.ts';
import {createStore} from '../../engine/store/store.ts';
import {hostSystem} from '../../engine/system/host.ts';

const [layout = '', store = ''] = process.argv.slice(2);
const image = await ociLayout(layout).open({os: 'linux', architecture: 'amd64'});
await using writer = await createStore(hostSystem(), store).write();
await pullImage(image, writer);
await writer.commit();
